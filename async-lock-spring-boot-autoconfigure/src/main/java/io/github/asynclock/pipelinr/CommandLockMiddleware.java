package io.github.asynclock.pipelinr;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import an.awesome.pipelinr.Command;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.aop.CommandLocks;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Runs each command that has a {@link io.github.asynclock.CommandLock} under its lock,
 * and passes all others through. The lock is around all later middlewares, as validation
 * and transaction, and the handler: it has an {@linkplain #ORDER order} that sorts it
 * first where a pipeline is made with {@code ObjectProvider.orderedStream()}.
 *
 * <p>
 * A command whose result type is a {@code CompletableFuture}, a {@code CompletionStage},
 * a {@code Mono}, a {@code Flux} or another deferred type that Spring knows holds its
 * keys until that has ended; any other holds them until it returns, and waits for them
 * blocking, which is refused on a thread that must not block. The type is that which the
 * command's class declares ({@code implements Command<Mono<Receipt>>}).
 *
 * <p>
 * A command that is sent while another one runs, in the same flow, re-enters the keys of
 * that one. A request that has no name is named after the command's class.
 */
public final class CommandLockMiddleware implements Command.Middleware, Ordered {

	/**
	 * The order: first, but for middlewares that explicitly go before.
	 */
	public static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 100;

	private final CommandLocks locks;

	private final Supplier<LockService> service;

	private final Map<Class<?>, CommandResult> results = new ConcurrentHashMap<>();

	/**
	 * @param locks the locks of the application's commands
	 * @param service gives the service that locks; asked per command
	 */
	public CommandLockMiddleware(CommandLocks locks, Supplier<LockService> service) {
		this.locks = locks;
		this.service = service;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	@SuppressWarnings("unchecked") // what the command declares, and gave unlocked
	public <R, C extends Command<R>> @Nullable R invoke(C command, Next<R> next) {
		Class<?> type = command.getClass();
		if (!this.locks.has(type)) {
			return next.invoke();
		}
		CommandResult result = this.results.computeIfAbsent(type, CommandResult::of);
		return (R) result.run(new Call(command, next, this.locks, this.service.get()));
	}

	/**
	 * A command on its way.
	 *
	 * @param next the rest of the pipeline; can be run again
	 */
	record Call(Object command, Next<?> next, CommandLocks locks, LockService service) {

		@Nullable Object proceed() {
			return this.next.invoke();
		}

		/**
		 * @throws IllegalStateException if it gives null where what holds the keys is
		 * expected
		 */
		Object proceedToResult() {
			Object result = proceed();
			if (result == null) {
				throw new IllegalStateException("The command " + this.command.getClass().getName()
						+ " gave null instead of what its type declares; let its handler return an empty one if there"
						+ " is no result");
			}
			return result;
		}

		LockRequest named(LockRequest request) {
			String name = this.command.getClass().getSimpleName();
			return (request.name() != null || name.isEmpty()) ? request : request.named(name);
		}

	}

}
