package io.github.asynclock;

/**
 * What the caller gets when a key was not granted within the wait time. In both cases the
 * action has not run and never will.
 */
public enum OnTimeout {

	/** The result fails with {@link LockTimeoutException}. */
	FAIL,

	/**
	 * The result is empty: an empty {@code Mono} or {@code Flux}, a future that completes
	 * with {@code null}, {@code null} from a blocking call.
	 */
	SKIP

}
