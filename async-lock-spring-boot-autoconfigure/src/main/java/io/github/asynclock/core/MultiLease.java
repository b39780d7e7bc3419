package io.github.asynclock.core;

import java.util.List;
import java.util.Objects;

import io.github.asynclock.LockLostException;
import org.jspecify.annotations.Nullable;

/**
 * The lease of several keys, filled in order while they are acquired.
 */
final class MultiLease extends HeldLease implements LossListener {

	private final List<String> keys;

	private final Link[] places;

	private final long[] tokens;

	/** Whose a place is: another lease's where it was re-entered, else this one's. */
	private final HeldLease[] owners;

	/** How many of the keys are held, the first ones. */
	private int held;

	private volatile boolean complete;

	MultiLease(List<String> keys, @Nullable HeldLease parent, HoldTerms terms) {
		super(keys.get(0), parent, terms);
		this.keys = keys;
		this.places = new Link[keys.size()];
		this.tokens = new long[keys.size()];
		this.owners = new HeldLease[keys.size()];
	}

	int held() {
		return this.held;
	}

	void hold(Link place, long token) {
		put(place, token, this);
	}

	/**
	 * Takes the next key from a lease of this flow.
	 * @return false if that one has ended meanwhile
	 */
	boolean reenter(HeldLease holder, String key) {
		Link place = holder.place(key);
		if (place == null || !holder.isRunning() || !place.retain()) {
			return false;
		}
		put(place, holder.fencingToken(key), holder.owner(key));
		return true;
	}

	/**
	 * Takes the next key from a lease whose place was retained for this one already.
	 */
	void retained(HeldLease holder, String key) {
		put(Objects.requireNonNull(holder.place(key)), holder.fencingToken(key), holder.owner(key));
	}

	/**
	 * All keys are held: from here on it is lost when one of them is.
	 */
	void complete() {
		this.complete = true;
		for (HeldLease owner : this.owners) {
			if (owner != this) {
				owner.watch(this);
			}
		}
	}

	@Override
	boolean isComplete() {
		return this.complete;
	}

	/**
	 * Lets go of the keys of an action that will not run.
	 */
	void abort() {
		this.terms.unused();
		if (endUnchecked()) {
			letGoAll();
		} // else they went with the loss
	}

	private void put(Link place, long token, HeldLease owner) {
		this.places[this.held] = place;
		this.tokens[this.held] = token;
		this.owners[this.held] = owner;
		this.held++;
	}

	@Override
	public List<String> keys() {
		return this.keys;
	}

	@Override
	public long fencingToken() {
		return this.tokens[0];
	}

	@Override
	public long fencingToken(String key) {
		return this.tokens[indexOf(key)];
	}

	private int indexOf(String key) {
		int index = (key != null) ? this.keys.indexOf(key) : -1;
		if (index < 0) {
			throw Messages.notMyKey(key, this.keys);
		}
		return index;
	}

	@Override
	@Nullable Link place(String key) {
		int index = this.keys.indexOf(key);
		return (index >= 0 && index < this.held) ? this.places[index] : null;
	}

	@Override
	HeldLease owner(String key) {
		return this.owners[indexOf(key)];
	}

	@Override
	boolean isValid() {
		for (Link place : this.places) {
			if (!place.isTaken() || !this.terms.engine().isValid(place)) {
				return false;
			}
		}
		return true;
	}

	@Override
	int owned() {
		int owned = 0;
		for (int i = 0; i < this.held; i++) {
			owned += (this.owners[i] == this) ? 1 : 0;
		}
		return owned;
	}

	/**
	 * Lets go of what is held, in reverse order, and of what was re-entered first:
	 * whoever finds our own keys free finds those as we found them. Each successor is
	 * seen to here: there may be several.
	 */
	@Override
	@Nullable PendingAcquire letGoAll() {
		letGoAll(false);
		letGoAll(true);
		return null;
	}

	private void letGoAll(boolean own) {
		for (int i = this.held - 1; i >= 0; i--) {
			if ((this.owners[i] == this) == own) {
				this.terms.engine().handOver(letGo(i));
			}
		}
	}

	private @Nullable PendingAcquire letGo(int index) {
		HeldLease owner = this.owners[index];
		if (owner != this) {
			owner.unwatch(this);
		}
		Link place = this.places[index];
		boolean last = (owner != this) ? this.terms.letGoReentered(place) : place.letGo();
		if (!last) {
			return owner.terms.shared(place);
		}
		PendingAcquire next = owner.terms.vacate(place);
		if (owner != this) {
			releasingWith(owner);
		}
		return next;
	}

	@Override
	void revokeAll(boolean wasRunning) {
		for (int i = this.held - 1; i >= 0; i--) {
			Link place = this.places[i];
			if (this.owners[i] != this) {
				if (wasRunning) {
					this.terms.engine().handOver(letGo(i));
				}
			}
			else if (place.revoke()) {
				this.terms.engine().handOver(this.terms.vacate(place));
			}
		}
	}

	@Override
	public void lost(LockLostException reason, Deliveries deliveries) {
		lose(reason, deliveries);
	}

}
