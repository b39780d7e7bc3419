package io.github.asynclock.benchmarks.redis.peer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What all contestants can do: run an action under a key. Each is called as its own
 * documentation tells.
 */
public interface Peer extends AutoCloseable {

	/**
	 * Runs an action on behalf of a thread that waits for it.
	 */
	void call(String key, Runnable action) throws Exception;

	/**
	 * Whether {@link #call} is all it can do: whoever waits then needs a thread.
	 */
	default boolean needsThreads() {
		return false;
	}

	/**
	 * Runs an action until its future has ended, without a thread that waits.
	 * @param task who asks; one task asks for one key at a time
	 * @return completes when the key has been released
	 */
	default CompletionStage<?> run(String key, long task, Supplier<CompletableFuture<Void>> action) {
		throw new UnsupportedOperationException();
	}

}
