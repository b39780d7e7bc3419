package io.github.asynclock.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What a command is answered, or that it was not in time.
 */
final class Reply<T> extends CompletableFuture<T> {

	final long sentAt = System.nanoTime();

	final long expiresAt;

	/** Null until it was sent. */
	volatile @Nullable Line line;

	/** That of the server that has to answer; null until it was sent. */
	volatile @Nullable Silence silence;

	/** Told of an answer that came when it was given up already. */
	private volatile Consumer<? super T> late = (value) -> {
	};

	Reply(long timeoutNanos) {
		this.expiresAt = this.sentAt + timeoutNanos;
	}

	void whenLate(Consumer<? super T> late) {
		this.late = late;
	}

	void answered(Silence silence, @Nullable T value, @Nullable Throwable failure) {
		silence.answered();
		if (failure == null) {
			if (!complete(value) && value != null) {
				this.late.accept(value);
			}
		}
		else {
			completeExceptionally(Failures.unwrap(failure));
		}
	}

}
