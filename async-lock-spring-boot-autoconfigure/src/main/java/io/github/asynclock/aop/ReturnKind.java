package io.github.asynclock.aop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.ReactiveAdapter;

import io.github.asynclock.LockRequest;

/**
 * How a method gives its result, and so when a call asks for its keys and what holds
 * them.
 *
 * <p>
 * Whatever goes wrong before the method runs (a key that cannot be resolved, a lock that
 * is not granted) reaches the caller the way the method's own failures do: thrown by a
 * synchronous method, as a failed future, as an error signal. What the method throws
 * arrives as the same instance.
 */
sealed interface ReturnKind
		permits ReturnKind.Blocking, ReturnKind.Eager, ReturnKind.LazyMono, ReturnKind.LazyFlux, CoroutineKind {

	/**
	 * Answers a call.
	 * @return what the method's caller gets
	 */
	@Nullable Object call(LockedMethod method, MethodInvocation invocation) throws Throwable;

	/**
	 * A synchronous method: waits blocking, holds until the method returns.
	 *
	 * @param type the declared type
	 * @param nonNull whether Kotlin's type says that the result is never null
	 */
	record Blocking(Class<?> type, boolean nonNull) implements ReturnKind {

		@Override
		public @Nullable Object call(LockedMethod method, MethodInvocation invocation) throws Throwable {
			if (Schedulers.isInNonBlockingThread()) {
				throw new IllegalStateException(
						method.description() + " is synchronous and would wait blocking for its key" + " on "
								+ Thread.currentThread().getName() + ", a thread that must not block; return a Mono or"
								+ " a CompletableFuture, or call it on Schedulers.boundedElastic()");
			}
			LockRequest request = method.requests().await(invocation);
			if (request.skipOnTimeout() && this.type.isPrimitive() && this.type != void.class) {
				throw cannotBeEmpty(method, "null", "the primitive " + this.type.getName(), "the wrapper type");
			}
			if (request.skipOnTimeout() && this.nonNull && !this.type.isPrimitive()) {
				throw cannotBeNull(method);
			}
			try {
				return method.service().get().executeBlocking(request, lease -> proceed(method, invocation));
			}
			catch (Tunnel tunnel) {
				throw tunnel.content;
			}
		}

		private @Nullable Object proceed(LockedMethod method, MethodInvocation invocation) {
			Object result;
			try {
				result = invocation.proceed(); // once per call: it needs no clone
			}
			catch (RuntimeException | Error ex) {
				throw ex;
			}
			catch (Throwable ex) {
				throw new Tunnel(ex);
			}
			// a declared type that says nothing may hide work that has not ended
			if (this.type.isAssignableFrom(CompletableFuture.class)
					&& (result instanceof Future || result instanceof CompletionStage || result instanceof Publisher)) {
				throw new IllegalStateException(
						method.description() + " is declared to return an Object and returned a "
								+ result.getClass().getName() + ", whose work outlives the lock; declare that type");
			}
			return result;
		}

	}

	/** A future: asks when called, holds until the method's own stage has ended. */
	record Eager() implements ReturnKind {

		@Override
		public CompletableFuture<?> call(LockedMethod method, MethodInvocation invocation) {
			try {
				return method.requests()
					.execute(invocation,
							request -> method.service().get().execute(request, lease -> stage(method, invocation)));
			}
			catch (RuntimeException ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

		@SuppressWarnings("unchecked")
		private static CompletionStage<Object> stage(LockedMethod method, MethodInvocation invocation) {
			try {
				return (CompletionStage<Object>) method.proceedOnceToResult(invocation);
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

	}

	/**
	 * At most one value, lazily: asks per subscription.
	 *
	 * @param adapter from and to the declared type; null for a {@code Mono}
	 */
	record LazyMono(@Nullable ReactiveAdapter adapter) implements ReturnKind {

		@Override
		public Object call(LockedMethod method, MethodInvocation invocation) {
			Mono<Object> locked = Mono
				.defer(() -> method.requests().executeMono(invocation, request -> locked(method, invocation, request)));
			return (this.adapter != null) ? this.adapter.fromPublisher(locked) : locked;
		}

		private Mono<Object> locked(LockedMethod method, MethodInvocation invocation, LockRequest request) {
			if (request.skipOnTimeout() && this.adapter != null && !this.adapter.supportsEmpty()) {
				return Mono.error(cannotBeEmpty(method, "nothing",
						"a " + this.adapter.getReactiveType().getName() + ", which cannot be empty",
						"a type that can be empty"));
			}
			return method.service().get().executeMono(request, lease -> mono(method, invocation));
		}

		@SuppressWarnings("unchecked")
		private Mono<Object> mono(LockedMethod method, MethodInvocation invocation) {
			try {
				Object result = method.proceedToResult(invocation);
				return (this.adapter != null) ? Mono.fromDirect(this.adapter.toPublisher(result))
						: (Mono<Object>) result;
			}
			catch (Throwable ex) {
				return Mono.error(ex);
			}
		}

	}

	/**
	 * Any number of values, lazily: asks per subscription.
	 *
	 * @param adapter from and to the declared type; null for a {@code Flux} or a
	 * {@code Publisher}
	 */
	record LazyFlux(@Nullable ReactiveAdapter adapter) implements ReturnKind {

		@Override
		public Object call(LockedMethod method, MethodInvocation invocation) {
			Flux<Object> locked = Flux.defer(() -> method.requests()
				.executeFlux(invocation,
						request -> method.service()
							.get()
							.executeFlux(request, lease -> publisher(method, invocation))));
			return (this.adapter != null) ? this.adapter.fromPublisher(locked) : locked;
		}

		@SuppressWarnings("unchecked")
		private Publisher<Object> publisher(LockedMethod method, MethodInvocation invocation) {
			try {
				Object result = method.proceedToResult(invocation);
				return (this.adapter != null) ? this.adapter.toPublisher(result) : (Publisher<Object>) result;
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

	}

	/**
	 * Start-up refuses it where the annotation says SKIP; what a CommandLock says is
	 * known only now, when nothing is waited for yet.
	 */
	static IllegalStateException cannotBeNull(LockedMethod method) {
		return cannotBeEmpty(method, "null", "a type that is not nullable", "a nullable type");
	}

	private static IllegalStateException cannotBeEmpty(LockedMethod method, String given, String declared,
			String instead) {
		return new IllegalStateException(method.description() + ": the request of its CommandLock says orSkip(), which"
				+ " gives " + given + " when the key is not had in time, but the method returns " + declared
				+ "; nothing was run. Return " + instead + ", or leave out orSkip()");
	}

	/** Carries a checked exception through a {@code Function}. */
	final class Tunnel extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final Throwable content;

		private Tunnel(Throwable content) {
			super(null, content, false, false);
			this.content = content;
		}

	}

}
