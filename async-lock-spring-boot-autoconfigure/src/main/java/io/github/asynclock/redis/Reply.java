package io.github.asynclock.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.asynclock.core.LockStore;
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

	/**
	 * Told how long the command took; null: nobody is, or it is told by another reply.
	 */
	private volatile LockStore.@Nullable Listener timing;

	Reply(long timeoutNanos, LockStore.@Nullable Listener timing) {
		this.expiresAt = this.sentAt + timeoutNanos;
		this.timing = timing;
	}

	@Override
	public boolean complete(@Nullable T value) {
		long took = System.nanoTime() - this.sentAt;
		return timed(super.complete(value), took, false);
	}

	@Override
	public boolean completeExceptionally(Throwable ex) {
		long took = System.nanoTime() - this.sentAt;
		return timed(super.completeExceptionally(ex), took, true);
	}

	private boolean timed(boolean first, long took, boolean failed) {
		LockStore.Listener timing = this.timing;
		if (first && timing != null) {
			timing.answered(took, failed);
		}
		return first;
	}

	/**
	 * The command is that of another reply, which says how long it took.
	 */
	void sharesCommand() {
		this.timing = null;
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
