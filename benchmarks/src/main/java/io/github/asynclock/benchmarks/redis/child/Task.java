package io.github.asynclock.benchmarks.redis.child;

import java.util.concurrent.CompletableFuture;

/**
 * What {@link Tasks} run.
 */
interface Task {

	String key();

	/** Of all tasks of the JVM; above zero. */
	long id();

	/** Whether to ask for the key once more. */
	boolean goesOn();

	/** What is done under the key. */
	void act();

	default CompletableFuture<Void> actLater() {
		act();
		return CompletableFuture.completedFuture(null);
	}

}
