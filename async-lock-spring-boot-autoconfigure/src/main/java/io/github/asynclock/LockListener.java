package io.github.asynclock;

/**
 * Is told of grants, releases, timeouts and losses of one {@link LockService}: each bean
 * of this type. Called on the thread where it happened, so it must be quick and must not
 * block. An exception is logged and changes nothing.
 */
public interface LockListener {

	/**
	 * A caller has its keys; its action starts next.
	 */
	default void granted(LockEvent event) {
	}

	/**
	 * An action has ended and its keys were given back.
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
	 * runs.
	 */
	default void lost(LockEvent event) {
	}

}
