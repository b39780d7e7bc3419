package io.github.asynclock.core;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * Acquires several keys for one call: one after the other in their order, which is the
 * same for everybody, so that callers do not wait for each other in a circle. All or
 * none; one deadline for all.
 *
 * <p>
 * At any time either one place waits, or one thread goes on ({@link #advance}): that one
 * alone touches the lease. {@code decided} ends it once: granted, or given up. Whoever
 * gives it up while a place waits takes that place out of its queue and lets go of the
 * rest; else the thread that goes on finds out and does.
 */
final class MultiAcquire implements Call, Withdrawable {

	private static final int PENDING = 0;

	private static final int GRANTED = 1;

	private static final int GIVEN_UP = 2;

	private static final int LET_GO = 3;

	private final Call caller;

	private final List<String> keys;

	private final MultiLease lease;

	private final long deadline;

	private final boolean wait;

	private final AtomicInteger decided = new AtomicInteger(PENDING);

	private volatile @Nullable PendingAcquire waiting;

	private volatile @Nullable JointAcquire joint;

	private boolean askedTogether;

	MultiAcquire(Call caller, List<String> keys, long waitNanos) {
		this.caller = caller;
		this.keys = keys;
		this.lease = new MultiLease(keys, caller.scope(), caller.terms());
		this.deadline = DeadlineWheel.in(waitNanos);
		this.wait = waitNanos > 0;
	}

	/**
	 * Takes the keys that are not held yet, as far as it gets.
	 * @return the lease if all are held now: the caller of this runs the action. Null if
	 * the store is asked or a key has to be waited for, or the call was told that it was
	 * refused
	 */
	@Nullable HeldLease advance() {
		LockEngine engine = terms().engine();
		while (this.lease.held() < this.keys.size()) {
			String key = this.keys.get(this.lease.held());
			if (reenter(key)) {
				continue;
			}
			if (!this.askedTogether && (askTogether() || !mayGetRest())) {
				return null;
			}
			PendingAcquire place = place(key);
			if (!waitsAs(place)) {
				return null;
			}
			if (!engine.take(place, this.deadline, this.wait)) {
				return null;
			}
			hold(place);
		}
		if (!this.decided.compareAndSet(PENDING, GRANTED)) {
			letGo();
			return null;
		}
		this.lease.complete();
		LockException refusal = engine.begin(this.lease);
		if (refusal != null) {
			letGo();
			this.caller.refused(refusal);
			return null;
		}
		return this.lease;
	}

	private boolean reenter(String key) {
		HeldLease holder = LockScope.holder(scope(), terms().engine(), key);
		if (holder != null && this.lease.reenter(holder, key)) {
			return true;
		}
		HeldLease kept = LockScope.retainKept(scope(), terms(), key);
		if (kept != null) {
			this.lease.retained(kept, key);
		}
		return kept != null;
	}

	private boolean isOfFlow(String key) {
		return LockScope.holder(scope(), terms().engine(), key) != null
				|| LockScope.keeper(scope(), terms(), key) != null;
	}

	private PendingAcquire place(String key) {
		PendingAcquire place = new PendingAcquire(key, this);
		place.deadline = this.deadline;
		return place;
	}

	/**
	 * @return false if the call was given up: then the place is dead
	 */
	private boolean waitsAs(PendingAcquire place) {
		this.waiting = place;
		if (this.decided.get() == PENDING) {
			return true;
		}
		// Who gave up may have seen this place, and let go by it.
		if (place.die()) {
			letGo();
		}
		return false;
	}

	/**
	 * Asks once for all keys that are left, by one command.
	 */
	private boolean askTogether() {
		this.askedTogether = true;
		LockEngine engine = terms().engine();
		List<String> left = this.keys.subList(this.lease.held(), this.keys.size());
		if (left.size() < 2 || left.stream().anyMatch(this::isOfFlow)) {
			return false;
		}
		this.waiting = null;
		JointAcquire joint = engine.joint(this, left.stream().map(this::place).toList());
		if (joint == null) {
			return false;
		}
		this.joint = joint;
		joint.ask();
		if (this.decided.get() != PENDING) {
			joint.withdraw(); // who gave up may not have seen it
		}
		return true;
	}

	/**
	 * One that does not wait need not ask for some keys if another is in use here: each
	 * would take a command's time.
	 * @return false if the call was told
	 */
	private boolean mayGetRest() {
		LockEngine engine = terms().engine();
		List<String> left = this.keys.subList(this.lease.held(), this.keys.size());
		if (this.wait || left.stream().noneMatch((key) -> engine.queues().isBusy(key) && !isOfFlow(key))) {
			return true;
		}
		if (engine.isClosed()) {
			refused(Messages.closed(this.keys));
		}
		else {
			timedOut();
		}
		return false;
	}

	/**
	 * All keys that were left are held.
	 */
	void grantedTogether(List<PendingAcquire> places) {
		int last = places.size() - 1;
		places.subList(0, last).forEach(this::hold);
		// Given up meanwhile: whoever starts it finds out.
		this.waiting = places.get(last);
		granted(places.get(last));
	}

	/**
	 * None of the keys that were left is held. Called on the store's thread.
	 * @param first heads its queue
	 * @param failure why the store did not answer; null if a key was busy
	 */
	void refusedTogether(PendingAcquire first, @Nullable Throwable failure) {
		LockEngine engine = terms().engine();
		if (!waitsAs(first)) {
			engine.stepBack(first);
		}
		else if (this.wait) {
			engine.waitAsFirst(first);
		}
		else if (first.die()) {
			engine.stepBack(first);
			engine.tell((failure == null) ? this::timedOut : () -> refused(Messages.unavailable(this.keys, failure)));
		}
		else {
			engine.stepBack(first);
		}
	}

	private void hold(PendingAcquire place) {
		this.lease.hold(place, terms().engine().token(place));
		place.occupiedBy(this.lease);
	}

	private void letGo() {
		if (this.decided.getAndSet(LET_GO) != LET_GO) {
			this.lease.abort();
		}
	}

	@Override
	public boolean waitsForLastKey() {
		return this.lease.held() == this.keys.size() - 1;
	}

	@Override
	public boolean runsOnExecutor() {
		return this.caller.runsOnExecutor();
	}

	@Override
	public void granted(PendingAcquire place) {
		if (runsOnExecutor()) {
			Call.super.granted(place);
		}
		else {
			this.caller.granted(place);
			if (this.decided.get() != PENDING && this.caller.reclaim(place)) {
				Call.super.granted(place); // its thread has left: the keys go back
											// elsewhere
			}
		}
	}

	@Override
	public @Nullable PendingAcquire start(PendingAcquire place) {
		if (!terms().engine().mayStart(place, this)) {
			return null;
		}
		hold(place);
		HeldLease lease = advance();
		return (lease != null) ? this.caller.run(lease) : null;
	}

	@Override
	public @Nullable PendingAcquire reenter(HeldLease holder, String key) {
		this.lease.retained(holder, key);
		HeldLease lease = advance();
		return (lease != null) ? this.caller.run(lease) : null;
	}

	@Override
	public boolean withdraw() {
		if (!this.decided.compareAndSet(PENDING, GIVEN_UP)) {
			return false;
		}
		PendingAcquire place = this.waiting;
		if (place != null && place.withdraw()) {
			letGo();
		}
		withdrawJoint();
		return true;
	}

	@Override
	public void timedOut() {
		if (giveUp()) {
			this.caller.timedOut();
		}
	}

	@Override
	public void refused(LockException reason) {
		if (giveUp()) {
			this.caller.refused(reason);
		}
	}

	/** The place that waited is out of its queue already. */
	private boolean giveUp() {
		boolean first = this.decided.compareAndSet(PENDING, GIVEN_UP);
		withdrawJoint();
		letGo();
		return first;
	}

	/** Nothing happens if it was answered. */
	private void withdrawJoint() {
		JointAcquire joint = this.joint;
		if (joint != null) {
			joint.withdraw();
		}
	}

	@Override
	public List<String> keys() {
		return this.keys;
	}

	@Override
	public @Nullable String name() {
		return this.caller.name();
	}

	@Override
	public List<String> heldMeanwhile() {
		return this.keys.subList(0, this.lease.held());
	}

	@Override
	public long leaseNanos() {
		return this.caller.leaseNanos();
	}

	@Override
	public HoldTerms terms() {
		return this.caller.terms();
	}

	@Override
	public @Nullable HeldLease scope() {
		return this.caller.scope();
	}

	@Override
	public @Nullable PendingAcquire run(HeldLease lease) {
		return this.caller.run(lease);
	}

}
