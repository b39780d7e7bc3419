package io.github.asynclock.core;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action that returns a stage, from its invocation until that stage has ended:
 * only then are the keys given back, and only after that has the caller the result.
 *
 * @param <T> the result's type
 */
final class FutureRun<T extends @Nullable Object>
		implements BiConsumer<@Nullable T, @Nullable Throwable>, LossListener {

	private final HeldLease lease;

	private final CompletionStage<T> stage;

	private final CompletableFuture<T> result;

	private FutureRun(HeldLease lease, CompletionStage<T> stage, CompletableFuture<T> result) {
		this.lease = lease;
		this.stage = stage;
		this.result = result;
	}

	/**
	 * Runs an action whose keys were granted at once, on its caller's thread.
	 */
	static <T extends @Nullable Object> CompletableFuture<T> atOnce(LeaseContext.Slot thread, HeldLease lease,
			Object asked, Object action) {
		CompletionStage<T> stage;
		try {
			stage = invoke(thread, lease, asked, action);
		}
		catch (Throwable ex) {
			CompletableFuture<T> result = new CompletableFuture<>();
			over(lease, ex, result);
			return result;
		}
		if (succeeded(stage)) {
			// Read while the action still counts as running: it may obtrude its own
			// stage.
			T value = ((CompletableFuture<T>) stage).join();
			if (lease.end()) {
				lease.terms.engine().handOver(lease.giveBack());
				return released(lease, value);
			}
		}
		CompletableFuture<T> result = new CompletableFuture<>();
		follow(lease, stage, result);
		return result;
	}

	private static <T extends @Nullable Object> CompletableFuture<T> released(HeldLease lease, T value) {
		if (lease.isReleased()) {
			return CompletableFuture.completedFuture(value);
		}
		CompletableFuture<T> result = new CompletableFuture<>();
		lease.afterRelease(() -> result.complete(value), result::completeExceptionally);
		return result;
	}

	/**
	 * Runs an action whose caller has the result already.
	 * @return the waiter that the caller of this method has to start next
	 */
	static <T extends @Nullable Object> @Nullable PendingAcquire afterWaiting(HeldLease lease, Object asked,
			Object action, FutureCall<T> result) {
		CompletionStage<T> stage;
		try {
			stage = invoke(LeaseContext.slot(), lease, asked, action);
		}
		catch (Throwable ex) {
			over(lease, ex, result);
			return null;
		}
		if (!succeeded(stage)) {
			follow(lease, stage, result);
			return null;
		}
		T value = ((CompletableFuture<T>) stage).join();
		if (!lease.end()) {
			follow(lease, stage, result);
			return null;
		}
		PendingAcquire next = lease.giveBack();
		if (!lease.isReleased()) {
			lease.terms.engine().handOver(next);
			lease.afterRelease(() -> result.complete(value), result::completeExceptionally);
			return null;
		}
		if (next != null && !result.isUnobserved()) {
			// Who knows what its dependents do: the next one must not wait for them.
			lease.terms.engine().handOver(next);
			next = null;
		}
		result.deliver(value);
		return next;
	}

	@SuppressWarnings("unchecked")
	private static <T extends @Nullable Object> CompletionStage<T> invoke(LeaseContext.Slot thread, HeldLease lease,
			Object asked, Object action) {
		Lease outer = thread.swap(lease);
		CompletionStage<T> stage;
		try {
			stage = (asked instanceof LockRequest) ? ((Function<Lease, CompletionStage<T>>) action).apply(lease)
					: ((Supplier<CompletionStage<T>>) action).get();
		}
		finally {
			thread.swap(outer);
		}
		if (stage == null) {
			throw Messages.nothingReturned(lease.keys(), "CompletionStage");
		}
		return stage;
	}

	private static boolean succeeded(CompletionStage<?> stage) {
		// Not a subclass, which may forbid to ask: the JDK's own minimal stages do.
		return stage.getClass() == CompletableFuture.class && ((CompletableFuture<?>) stage).isDone()
				&& !((CompletableFuture<?>) stage).isCompletedExceptionally();
	}

	/** An action that did not even return a stage. */
	private static void over(HeldLease lease, Throwable failure, CompletableFuture<?> result) {
		if (lease.end()) {
			lease.terms.engine().handOver(lease.giveBack(true));
			lease.afterRelease(() -> result.completeExceptionally(failure));
		}
		else {
			result.completeExceptionally(lease.loss());
		}
	}

	private static <T extends @Nullable Object> void follow(HeldLease lease, CompletionStage<T> stage,
			CompletableFuture<T> result) {
		FutureRun<T> run = new FutureRun<>(lease, stage, result);
		lease.watch(run);
		try {
			stage.whenComplete(run);
		}
		catch (Throwable ex) {
			// A stage that cannot be followed: nothing will ever say that it has ended.
			run.accept(null, ex);
		}
	}

	@Override
	public void accept(@Nullable T value, @Nullable Throwable failure) {
		if (!this.lease.end()) {
			return; // lost before: the caller has been told
		}
		this.lease.terms.engine().handOver(this.lease.giveBack(failure != null));
		if (this.lease.isReleased()) {
			deliver(value, failure);
		}
		else {
			this.lease.afterRelease(() -> deliver(value, failure),
					(loss) -> deliver(null, (failure != null) ? failure : loss));
		}
	}

	private void deliver(@Nullable T value, @Nullable Throwable failure) {
		if (failure == null) {
			this.result.complete(value);
		}
		else {
			this.result.completeExceptionally(unwrap(failure));
		}
	}

	private static Throwable unwrap(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : null;
		return (cause != null) ? cause : failure;
	}

	@Override
	public void lost(LockLostException reason, Deliveries deliveries) {
		deliveries.result(() -> this.result.completeExceptionally(reason));
		if (this.stage instanceof Future<?> future) {
			future.cancel(true);
		}
	}

}
