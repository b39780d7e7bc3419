package io.github.asynclock.pipelinr;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import an.awesome.pipelinr.Command;
import io.github.asynclock.LockRequest;
import io.github.asynclock.pipelinr.CommandLockMiddleware.Call;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/**
 * How a command gives its result, and so what holds its keys.
 */
sealed interface CommandResult {

	/**
	 * Runs a command under its lock.
	 */
	@Nullable Object run(Call call);

	/**
	 * @throws IllegalStateException if the result's type cannot be locked
	 */
	static CommandResult of(Class<?> commandType) {
		Class<?> type = ResolvableType.forClass(commandType).as(Command.class).getGeneric(0).resolve(Object.class);
		if (CompletionStage.class.isAssignableFrom(type)) {
			return requireMade(new Stage(), commandType, type, CompletableFuture.class);
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
		if (adapter != null && type != Object.class) {
			return requireMade(new Reactive(adapter), commandType, type,
					adapter.getDescriptor().isDeferred() ? adapter.getReactiveType() : Mono.class);
		}
		return new Value();
	}

	private static CommandResult requireMade(CommandResult result, Class<?> commandType, Class<?> declared,
			Class<?> made) {
		if (!declared.isAssignableFrom(made)) {
			throw new IllegalStateException("The command " + commandType.getName() + " gives a " + declared.getName()
					+ ", which cannot be made to run under a lock; let it give a " + made.getName());
		}
		return result;
	}

	/** A future: holds until the handler's own stage has ended. */
	record Stage() implements CommandResult {

		@Override
		public Object run(Call call) {
			try {
				return call.locks()
					.execute(call.command(),
							(request) -> call.service().execute(call.named(request), (lease) -> stage(call)));
			}
			catch (RuntimeException ex) {
				return CompletableFuture.failedFuture(ex); // not of ours: it throws
			}
		}

		@SuppressWarnings("unchecked")
		private static CompletionStage<@Nullable Object> stage(Call call) {
			try {
				return (CompletionStage<@Nullable Object>) call.proceedToResult();
			}
			catch (Throwable ex) {
				return CompletableFuture.failedFuture(ex);
			}
		}

	}

	/** A lazy type: asks per subscription, holds until the end. */
	record Reactive(ReactiveAdapter adapter) implements CommandResult {

		@Override
		public Object run(Call call) {
			return this.adapter.fromPublisher(this.adapter.isMultiValue() ? many(call) : one(call));
		}

		private Mono<Object> one(Call call) {
			return call.locks()
				.executeMono(call.command(), (request) -> call.service()
					.executeMono(call.named(request), (lease) -> Mono.fromDirect(publisher(call))));
		}

		private Flux<Object> many(Call call) {
			return call.locks()
				.executeFlux(call.command(),
						(request) -> call.service().executeFlux(call.named(request), (lease) -> publisher(call)));
		}

		private Publisher<Object> publisher(Call call) {
			try {
				return this.adapter.toPublisher(call.proceedToResult());
			}
			catch (Throwable ex) {
				return Mono.error(ex);
			}
		}

	}

	/** A plain value: waits blocking, holds until the handler returns. */
	record Value() implements CommandResult {

		@Override
		public @Nullable Object run(Call call) {
			LockRequest request = await(call);
			return call.service().executeBlocking(call.named(request), (lease) -> requireEnded(call.proceed(), call));
		}

		private static LockRequest await(Call call) {
			try {
				return call.locks().await(call.command());
			}
			catch (Throwable ex) {
				throw Value.<RuntimeException>asItIs(ex);
			}
		}

		/** PipelinR declares no exceptions, and handlers throw theirs all the same. */
		@SuppressWarnings("unchecked")
		private static <E extends Throwable> E asItIs(Throwable ex) throws E {
			throw (E) ex;
		}

		private static @Nullable Object requireEnded(@Nullable Object result, Call call) {
			if (result instanceof Future || result instanceof CompletionStage || result instanceof Publisher) {
				throw new IllegalStateException("The command " + call.command().getClass().getName() + " gave a "
						+ result.getClass().getName()
						+ ", whose work outlives the lock; declare that type, as in Command<CompletableFuture<...>>");
			}
			return result;
		}

	}

}
