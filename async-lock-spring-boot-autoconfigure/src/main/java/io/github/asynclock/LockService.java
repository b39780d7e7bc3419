package io.github.asynclock;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Runs actions one at a time per key. A key is held from the invocation of the action
 * until what the action returned has ended; waiting blocks no thread.
 *
 * <p>
 * For every method:
 * <ul>
 * <li>Several keys are all held or none, and are always taken in the same order, so that
 * callers do not deadlock each other.</li>
 * <li>An action, and what it calls, may lock its own keys again without waiting.</li>
 * <li>Granted at once, the action starts on the caller's thread. Granted after waiting,
 * it starts on an executor with the caller's context restored.</li>
 * <li>The result is delivered after the keys were released.</li>
 * <li>The result fails with the action's own exception, unwrapped; or with
 * {@link LockTimeoutException}, {@link LockUnavailableException},
 * {@link LockRejectedException}, {@link LockClosedException} or
 * {@link LockDeadlockException} (the action did not run) or {@link LockLostException} (it
 * was running). An action that returns null fails the result with
 * {@link IllegalStateException}.</li>
 * </ul>
 */
public interface LockService {

	/**
	 * Runs an action that returns a stage. Asks for the keys now.
	 * @param request which keys and how long
	 * @param action called once the keys are held; an exception it throws fails the
	 * result
	 * @return the result. Whatever is done to it (cancel, complete) does not free a key
	 * whose action runs; done while the caller waits, it withdraws the caller
	 */
	<T extends @Nullable Object> CompletableFuture<T> execute(LockRequest request,
			Function<? super Lease, ? extends CompletionStage<T>> action);

	/**
	 * Runs an action that returns a {@code Mono}. Asks for the keys on subscription, once
	 * per subscription. Cancelling withdraws a waiting caller; a running action is
	 * cancelled, then the keys are released.
	 * @param request which keys and how long
	 * @param action called once the keys are held; its {@code Mono} holds them until it
	 * completes, not merely until it has a value
	 */
	<T> Mono<T> executeMono(LockRequest request, Function<? super Lease, ? extends Mono<T>> action);

	/**
	 * Runs an action that returns a publisher. As {@link #executeMono}; nothing is
	 * buffered and backpressure passes through.
	 * @param request which keys and how long
	 * @param action called once the keys are held
	 */
	<T> Flux<T> executeFlux(LockRequest request, Function<? super Lease, ? extends Publisher<T>> action);

	/**
	 * Runs a synchronous action on this thread, which waits blocking.
	 * @param request which keys and how long
	 * @param action called once the keys are held
	 * @return the action's result; null if it was skipped
	 * @throws IllegalStateException on a thread that must not block (Reactor's
	 * non-blocking threads)
	 * @throws LockException if the thread is interrupted while it waits; the interrupt
	 * flag stays set
	 */
	<T extends @Nullable Object> @Nullable T executeBlocking(LockRequest request,
			Function<? super Lease, ? extends T> action);

	/**
	 * {@link #execute(LockRequest, Function)} with one key and defaults for the rest.
	 * @throws IllegalArgumentException at once if the key is null, empty or blank
	 */
	default <T extends @Nullable Object> CompletableFuture<T> execute(String key,
			Supplier<? extends CompletionStage<T>> action) {
		Objects.requireNonNull(action, "action");
		return execute(LockRequest.of(key), lease -> action.get());
	}

	/**
	 * {@link #executeMono(LockRequest, Function)} with one key and defaults for the rest.
	 * @throws IllegalArgumentException at once if the key is null, empty or blank
	 */
	default <T> Mono<T> executeMono(String key, Supplier<? extends Mono<T>> action) {
		Objects.requireNonNull(action, "action");
		return executeMono(LockRequest.of(key), lease -> action.get());
	}

	/**
	 * {@link #executeFlux(LockRequest, Function)} with one key and defaults for the rest.
	 * @throws IllegalArgumentException at once if the key is null, empty or blank
	 */
	default <T> Flux<T> executeFlux(String key, Supplier<? extends Publisher<T>> action) {
		Objects.requireNonNull(action, "action");
		return executeFlux(LockRequest.of(key), lease -> action.get());
	}

	/**
	 * Whether the key is taken at the moment of subscription. A snapshot, for diagnosis:
	 * it may have changed when the answer arrives, so never decide by it.
	 * @throws IllegalArgumentException at once if the key is null, empty or blank
	 */
	Mono<Boolean> isLocked(String key);

}
