package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;

/**
 * An action that has waited and may start now: a task for the executor, which passes
 * itself to the {@link Starter} there.
 */
interface Step extends Runnable {

	/**
	 * What it has waited for, for messages.
	 */
	String key();

	/**
	 * Starts the action, on this thread.
	 * @return as {@link Call#start}
	 */
	@Nullable PendingAcquire start();

}
