package io.github.asynclock.redis;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * What a command is answered, or that it was not in time.
 */
final class Reply<T> extends CompletableFuture<T> {

	final long sentAt = System.nanoTime();

	final long expiresAt;

	/** Null until it was sent. */
	volatile @Nullable Line line;

	Reply(long timeoutNanos) {
		this.expiresAt = this.sentAt + timeoutNanos;
	}

	void answered(Line line, @Nullable T value, @Nullable Throwable failure) {
		line.answered();
		if (failure == null) {
			complete(value);
		}
		else {
			completeExceptionally(Failures.unwrap(failure));
		}
	}

}
