package io.github.asynclock.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import kotlin.Unit;
import kotlinx.coroutines.CompletableDeferred;
import kotlinx.coroutines.CompletableDeferredKt;
import kotlinx.coroutines.Deferred;
import kotlinx.coroutines.Job;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.future.FutureKt;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;

/**
 * Results of Kotlin's coroutines. Not to be loaded where there are none.
 */
sealed interface CoroutineKind extends ReturnKind {

	/**
	 * A suspending function: asks when it is called. Spring's proxies run it as a
	 * {@code Mono} within, and await a {@code Mono} for the caller.
	 *
	 * @param type the declared type
	 * @param nonNull whether it says that the result is never null
	 */
	record Suspending(Class<?> type, boolean nonNull) implements CoroutineKind {

		@Override
		public Mono<Object> call(LockedMethod method, MethodInvocation invocation) {
			Mono<Object> locked = Mono.defer(() -> method.requests().executeMono(invocation, (request) -> {
				if (request.skipOnTimeout() && this.nonNull) {
					return Mono.error(ReturnKind.cannotBeNull(method));
				}
				LockService service = method.service().get();
				return service.executeMono(request, (lease) -> mono(method, invocation, service, request, lease));
			}));
			return LockedCoroutine.isForeign(invocation.getArguments()) ? Mono.fromDirect(LockedCoroutine.apart(locked))
					: locked;
		}

		@SuppressWarnings("unchecked")
		private Mono<Object> mono(LockedMethod method, MethodInvocation invocation, LockService service,
				LockRequest request, Lease lease) {
			LockedCoroutine coroutine = new LockedCoroutine(service, request, lease);
			try {
				Object result = method.proceedToResult(invocation, coroutine.with(invocation.getArguments()));
				Mono<Object> own = Mono.fromDirect(LockedCoroutine.apart((Mono<Object>) result))
					.doOnCancel(coroutine::cancelled);
				return (this.type == Object.class) ? own.doOnNext((value) -> requireEnded(method, value)) : own;
			}
			catch (Throwable ex) {
				return Mono.error(ex);
			}
		}

		/** A declared type that says nothing may hide work that has not ended. */
		private static void requireEnded(LockedMethod method, Object result) {
			if (result instanceof Job || result instanceof Flow || result instanceof Future
					|| result instanceof CompletionStage || result instanceof Publisher) {
				throw new IllegalStateException(method.description() + " is declared to return Any and returned a "
						+ result.getClass().getName()
						+ ", whose work outlives the lock; await it in the function and return its value");
			}
		}

	}

	/**
	 * A suspending function that returns a {@code Flow}: asks per collection, then calls
	 * the function. Spring's proxies run it as a {@code Flux} within.
	 */
	record SuspendingFlow() implements CoroutineKind {

		@Override
		public Flux<Object> call(LockedMethod method, MethodInvocation invocation) {
			Flux<Object> locked = Flux.defer(() -> method.requests().executeFlux(invocation, (request) -> {
				LockService service = method.service().get();
				return service.executeFlux(request, (lease) -> flux(method, invocation, service, request, lease));
			}));
			return LockedCoroutine.isForeign(invocation.getArguments()) ? Flux.from(LockedCoroutine.apart(locked))
					: locked;
		}

		@SuppressWarnings("unchecked")
		private static Publisher<Object> flux(LockedMethod method, MethodInvocation invocation, LockService service,
				LockRequest request, Lease lease) {
			LockedCoroutine coroutine = new LockedCoroutine(service, request, lease);
			try {
				Object result = method.proceedToResult(invocation, coroutine.with(invocation.getArguments()));
				return Flux.from(LockedCoroutine.apart((Publisher<Object>) result))
					.doOnNext((value) -> requireValue(method, value))
					.doOnCancel(coroutine::cancelled);
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

	}

	/**
	 * A {@code Flow}: asks per collection.
	 *
	 * @param adapter from and to a {@code Flow}
	 */
	record ColdFlow(ReactiveAdapter adapter) implements CoroutineKind {

		@Override
		@SuppressWarnings("unchecked")
		public Object call(LockedMethod method, MethodInvocation invocation) {
			Object locked = this.adapter
				.fromPublisher(Flux.defer(() -> method.requests().executeFlux(invocation, (request) -> {
					LockService service = method.service().get();
					return service.executeFlux(request, (lease) -> flux(method, invocation, service, request, lease));
				})));
			return LockedCoroutine.apartIfForeign((Flow<Object>) locked);
		}

		private Publisher<Object> flux(LockedMethod method, MethodInvocation invocation, LockService service,
				LockRequest request, Lease lease) {
			LockedCoroutine coroutine = new LockedCoroutine(service, request, lease);
			try {
				Flow<?> flow = coroutine.with((Flow<?>) method.proceedToResult(invocation));
				return Flux.from(LockedCoroutine.apart(this.adapter.<Object>toPublisher(flow)))
					.doOnNext((value) -> requireValue(method, value))
					.doOnCancel(coroutine::cancelled);
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

	}

	/**
	 * Refuses null, which Spring's adapters would take for the end of the flow.
	 */
	private static void requireValue(LockedMethod method, @Nullable Object value) {
		if (value == null) {
			throw new IllegalStateException(method.description()
					+ ": its Flow emitted null, which Spring's adapters cannot hand on and would take for the end;"
					+ " emit a value that stands for it, or use filterNotNull()");
		}
	}

	/**
	 * A {@code Deferred}, which works already: asks when called, holds until the method's
	 * own one has ended.
	 */
	record Hot() implements CoroutineKind {

		@Override
		public Deferred<?> call(LockedMethod method, MethodInvocation invocation) {
			CompletableDeferred<Object> result = CompletableDeferredKt.CompletableDeferred(null);
			try {
				follow(result,
						method.requests()
							.execute(invocation,
									(request) -> method.service()
										.get()
										.execute(request, (lease) -> stage(method, invocation, result))));
			}
			catch (RuntimeException ex) {
				result.completeExceptionally(ex);
			}
			return result;
		}

		private static void follow(CompletableDeferred<Object> result, CompletableFuture<?> locked) {
			locked.whenComplete((value, failure) -> {
				if (failure == null) {
					result.complete(value);
				}
				else {
					result.completeExceptionally(unwrap(failure));
				}
			});
			// A caller that gives up withdraws; where the other has ended, this does
			// nothing.
			result.invokeOnCompletion((cause) -> {
				locked.cancel(true);
				return Unit.INSTANCE;
			});
		}

		private static Throwable unwrap(Throwable failure) {
			Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : null;
			return (cause != null) ? cause : failure;
		}

		@SuppressWarnings("unchecked")
		private static CompletionStage<Object> stage(LockedMethod method, MethodInvocation invocation,
				Deferred<?> result) {
			try {
				Deferred<Object> own = (Deferred<Object>) method.proceedOnceToResult(invocation);
				result.invokeOnCompletion((cause) -> {
					if (cause != null) {
						own.cancel(null);
					}
					return Unit.INSTANCE;
				});
				own.start(); // a lazy one waits for somebody to await it, and nobody will
				return FutureKt.asCompletableFuture(own);
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

	}

}
