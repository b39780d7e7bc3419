package io.github.asynclock.core;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * The port for metrics and traces: told of each call from asking to release, and of what
 * the store is asked. Called where it happens, on threads that must not block. Whatever
 * it throws is logged, the first time at WARN and later at DEBUG, and changes nothing.
 */
public interface EngineObserver {

	/** Observes nothing. */
	EngineObserver NONE = new EngineObserver() {
	};

	/**
	 * A call asks for its keys, on its caller's thread.
	 * @param name what the request is called; null if it has no name
	 * @param keys sorted, all of them
	 * @param context the subscriber's; null for a call that is no subscription
	 * @return who is told how it goes on; null: nobody
	 */
	default @Nullable CallObserver asked(@Nullable String name, List<String> keys, @Nullable ContextView context) {
		return null;
	}

	/**
	 * A grant of the store was handed over to the next caller of this JVM without asking
	 * the store.
	 */
	default void handedOver() {
	}

	/**
	 * The store said unasked that a key that is waited for here is free, or may be.
	 */
	default void wokenUp() {
	}

	/**
	 * A key is asked for again, as no wake-up came in time.
	 */
	default void polled() {
	}

	/**
	 * Leases were extended.
	 * @param keys of how many keys, at least 1
	 */
	default void renewed(int keys) {
	}

	/**
	 * A command to the store has ended; one command may ask for the keys of many calls.
	 * @param nanos how long that took
	 * @param failed whether it failed, was not answered in time, or could not be sent
	 */
	default void answered(long nanos, boolean failed) {
	}

	/** Told of one call: once of its wait, and once of its hold if it was granted. */
	interface CallObserver {

		/**
		 * The wait has ended.
		 */
		void waited(WaitOutcome outcome);

		/**
		 * The keys are not held for its action any more.
		 * @param lost whether that is because the lease was lost
		 */
		void held(boolean lost);

	}

	/** How a wait ends. */
	enum WaitOutcome {

		/** The keys are held; the action starts next. */
		GRANTED,

		/** Not granted within the wait time: an error. */
		TIMED_OUT,

		/** Not granted within the wait time: an empty result. */
		SKIPPED,

		/** Too many wait already. */
		REJECTED,

		/** The store did not answer, or the grant came too late to start. */
		UNAVAILABLE,

		/** The wait would have closed a circle. */
		DEADLOCK,

		/** The service shuts down. */
		CLOSED,

		/** The caller gave up. */
		CANCELLED

	}

}
