package io.github.asynclock.core;

import io.github.asynclock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a grant besides its keys. This one is for most calls, and shared by
 * them: nothing does.
 */
class HoldTerms {

	static final long UNKNOWN = Long.MIN_VALUE;

	private final LockEngine engine;

	/** What the caller does as one; null if nothing of the kind is known. */
	final @Nullable UnitOfWork work;

	HoldTerms(LockEngine engine) {
		this(engine, null);
	}

	HoldTerms(LockEngine engine, @Nullable UnitOfWork work) {
		this.engine = engine;
		this.work = work;
	}

	final LockEngine engine() {
		return this.engine;
	}

	/**
	 * What the request is called; null if it has no name, or that is not recorded.
	 */
	@Nullable String name() {
		return null;
	}

	/**
	 * When the keys were granted, on the wheel's clock.
	 */
	long grantedAt() {
		return UNKNOWN;
	}

	/**
	 * The keys were granted; the action starts next.
	 */
	void granted(HeldLease lease) {
	}

	/**
	 * The action will not run after all, though its keys were granted.
	 */
	void unused() {
	}

	/**
	 * The action has failed; its keys are given back next.
	 */
	void failed() {
	}

	/**
	 * The action has ended, and its keys were given back; where the store has to say
	 * whether it still had them, {@link #releaseAnswered} follows.
	 */
	void released(HeldLease lease) {
	}

	/**
	 * The store has answered, or not in time. Not called on its thread: this may run the
	 * user's code.
	 * @param held whether the keys were held to the end
	 */
	void releaseAnswered(boolean held) {
	}

	/**
	 * Nobody keeps this place held any more.
	 * @return the waiter that has the key next; null if there is none (yet)
	 */
	@Nullable PendingAcquire vacate(Link place) {
		return this.engine.vacate(place, 0);
	}

	/**
	 * One that has re-entered this place, under these terms, lets go of it.
	 * @return whether it was the last: it has to be vacated, under the owner's terms
	 */
	final boolean letGoReentered(Link place) {
		long rest = restNanos();
		if (rest > 0) {
			this.engine.leastHolds().note(place, rest);
		}
		boolean last = place.letGo();
		if (rest > 0 && !last) {
			this.engine.leastHolds().letGo(place);
		}
		return last;
	}

	/**
	 * One has let go of this place, which others still keep held.
	 * @return null: there is nobody to start
	 */
	final @Nullable PendingAcquire shared(Link place) {
		if (this.work != null) {
			this.work.serve(new UnitOfWork.Name(this.engine, place.key));
		}
		return null;
	}

	/**
	 * How long the keys stay taken at least, from now on, in nanoseconds.
	 */
	long restNanos() {
		return 0;
	}

	/**
	 * The lease was lost while its action ran, or before it started: then perhaps before
	 * {@link #granted}. May be told twice.
	 */
	void lost(HeldLease lease) {
	}

	/**
	 * The wait ended without a grant.
	 */
	void timedOut() {
	}

	/**
	 * The call will not be granted, or its grant not be used. May be told after
	 * {@link #granted}, and twice.
	 */
	void refused(LockException reason) {
	}

	/**
	 * The caller gave up before it was granted.
	 */
	void withdrawn() {
	}

}
