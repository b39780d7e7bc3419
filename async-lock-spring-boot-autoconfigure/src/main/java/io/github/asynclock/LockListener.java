package io.github.asynclock;

/**
 * Is told of grants, releases, timeouts and losses of one {@link LockService}: each bean
 * of this type. Called on the thread where it happened, so it must be quick and must not
 * block. An exception changes nothing and is logged: the first one of each listener at
 * WARN, all others at DEBUG.
 */
public interface LockListener {

	/**
	 * A caller has its keys; its action starts next.
	 */
	default void granted(LockEvent event) {
	}

	/**
	 * An action has ended and its keys were given back: told once the store has said so,
	 * and before the caller has the result.
	 */
	default void released(LockEvent event) {
	}

	/**
	 * A caller was not granted its keys within its wait time; its action never runs.
	 */
	default void timedOut(LockEvent event) {
	}

	/**
	 * A lease was lost while its action ran, or before that could start: then it never
	 * runs. Told instead of {@link #released}, be it that the loss is found out only when
	 * the store is told of the release.
	 */
	default void lost(LockEvent event) {
	}

}
