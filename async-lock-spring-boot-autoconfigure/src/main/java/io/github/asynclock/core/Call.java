package io.github.asynclock.core;

import java.util.Collection;
import java.util.List;

import io.github.asynclock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * One caller, as the queue sees it. Exactly one of {@link #granted}, {@link #refused} and
 * {@link #timedOut} is called by whoever decided it; none if the caller withdrew. A call
 * that is granted while its service closes may be refused after that, even twice.
 */
interface Call {

	HoldTerms terms();

	/**
	 * The lease of the flow that called; null if it held nothing.
	 */
	@Nullable HeldLease scope();

	/**
	 * The keys of the request, all of them.
	 */
	Collection<String> keys();

	/**
	 * What the request is called; null if it has no name.
	 */
	default @Nullable String name() {
		return null;
	}

	/**
	 * What it holds already while it waits, besides what its flow does.
	 */
	default Collection<String> heldMeanwhile() {
		return List.of();
	}

	/**
	 * Whether it is part of a unit of work, or its flow is.
	 */
	default boolean isWithinWork() {
		return terms().work != null || LockScope.isWithinWork(scope());
	}

	/**
	 * How long the lock outlives a holder that died, in nanoseconds.
	 */
	long leaseNanos();

	/**
	 * Whether the action can start as soon as the place that waits is granted. If not, a
	 * grant that is handed over would be kept while the call waits for other keys.
	 */
	default boolean waitsForLastKey() {
		return true;
	}

	/**
	 * Whether {@link #start} may be called by the executor thread that ended the action
	 * before this one.
	 */
	default boolean runsOnExecutor() {
		return true;
	}

	/**
	 * The place is granted. Called on the thread that handed over: runs nothing of the
	 * user's.
	 */
	default void granted(PendingAcquire place) {
		terms().engine().starter().execute(place);
	}

	/**
	 * Takes a granted place back from a call that may not look for it any more.
	 * @return whether it was still there: then the caller of this starts it
	 */
	default boolean reclaim(PendingAcquire place) {
		return false;
	}

	/**
	 * Begins to hold a granted place. Called on the thread where the action belongs.
	 * @return the waiter that has the key next and has to be started by the one who
	 * called this; null if there is none, or it was seen to
	 */
	default @Nullable PendingAcquire start(PendingAcquire place) {
		LockEngine engine = terms().engine();
		SoloLease lease = new SoloLease(place, scope(), terms());
		lease.token(engine.token(place));
		// Whoever takes the place away looks for the lease after; this looks after, too.
		place.occupiedBy(lease);
		return engine.mayStart(place, this) ? begin(lease) : null;
	}

	/**
	 * Begins to hold a key by re-entering it, which a place of this call has waited for.
	 * Called on the thread where the action belongs.
	 * @param holder has the key's place, which was retained for this call
	 * @return as {@link #start}
	 */
	default @Nullable PendingAcquire reenter(HeldLease holder, String key) {
		SoloLease lease = ReenteredLease.retained(holder, key, scope(), terms());
		return begin(lease);
	}

	private @Nullable PendingAcquire begin(SoloLease lease) {
		LockException refusal = terms().engine().begin(lease);
		if (refusal != null) {
			refused(refusal);
			return null;
		}
		return run(lease);
	}

	/**
	 * Runs the action.
	 * @return as {@link #start}
	 */
	@Nullable PendingAcquire run(HeldLease lease);

	/**
	 * The wait time ended. May run the user's code.
	 */
	void timedOut();

	/**
	 * The call will not be granted. May run the user's code.
	 */
	void refused(LockException reason);

}
