package io.github.asynclock.core;

import java.util.Objects;

import io.github.asynclock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * The lease of a call that re-entered a key of its own flow: it keeps the outer grant's
 * place held, shows its token, and is lost with it.
 */
final class ReenteredLease extends SoloLease implements LossListener {

	private final HeldLease owner;

	private ReenteredLease(HeldLease owner, Link place, @Nullable HeldLease parent, HoldTerms terms) {
		super(place, parent, terms);
		this.owner = owner;
		token(owner.fencingToken(place.key));
	}

	/**
	 * Re-enters a key.
	 * @param holder the lease of this flow that has the key
	 * @return null if that one has ended meanwhile: queue like anyone else
	 */
	static @Nullable SoloLease of(HeldLease holder, String key, @Nullable HeldLease parent, HoldTerms terms) {
		HeldLease owner = holder.owner(key);
		Link place = holder.place(key);
		if (place == null || !holder.isRunning() || !place.retain()) {
			return null;
		}
		return retained(owner, place, parent, terms);
	}

	/**
	 * The lease of one for whom a place of {@code holder} was retained already.
	 */
	static SoloLease retained(HeldLease holder, String key, @Nullable HeldLease parent, HoldTerms terms) {
		return retained(holder.owner(key), Objects.requireNonNull(holder.place(key)), parent, terms);
	}

	private static SoloLease retained(HeldLease owner, Link place, @Nullable HeldLease parent, HoldTerms terms) {
		ReenteredLease lease = new ReenteredLease(owner, place, parent, terms);
		owner.watch(lease);
		return lease;
	}

	/**
	 * Lets go of a place that was retained for one that will not have it. If others keep
	 * it held, nobody is told.
	 */
	static void letGo(HeldLease holder, String key) {
		Link place = Objects.requireNonNull(holder.place(key));
		if (place.letGo()) {
			HoldTerms terms = holder.owner(key).terms;
			terms.engine().handOver(terms.vacate(place));
		}
	}

	@Override
	HeldLease owner(String key) {
		return this.owner;
	}

	@Override
	int owned() {
		return 0;
	}

	@Override
	@Nullable PendingAcquire letGoAll() {
		this.owner.unwatch(this);
		if (!this.terms.letGoReentered(this.place)) {
			return this.owner.terms.shared(this.place);
		}
		PendingAcquire next = this.owner.terms.vacate(this.place);
		releasingWith(this.owner);
		return next;
	}

	@Override
	void revokeAll(boolean wasRunning) {
		if (wasRunning) {
			this.terms.engine().handOver(letGoAll());
		}
	}

	@Override
	public void lost(LockLostException reason, Deliveries deliveries) {
		lose(reason, deliveries);
	}

}
