package io.github.asynclock.aop;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.Fuseable.ScalarCallable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.context.CallerContext;

/**
 * The {@link CommandLock} beans of an application, by the type of their commands. Known
 * by their definitions; each is created when the first command needs it.
 *
 * <p>
 * For every method that takes a command: its lock is asked once. What the lock fails
 * with, or {@link LockKeyException} where it gives nothing, is the result; the call is
 * not made then.
 */
public final class CommandLocks {

	private final SingletonSupplier<List<CommandLockBean>> beans;

	/** The closest ones by a command's class: one, or none, or several. */
	private final Map<Class<?>, List<CommandLockBean>> closest = new ConcurrentHashMap<>();

	/** Takes what a caller has whose request takes time. */
	private final Supplier<CallerContext> callers;

	CommandLocks(ConfigurableListableBeanFactory beanFactory, Supplier<CallerContext> callers) {
		this.callers = callers;
		this.beans = SingletonSupplier.of(new CommandLockBeans(beanFactory)::find);
	}

	List<CommandLockBean> all() {
		return this.beans.obtain();
	}

	/**
	 * @throws LockedDefinitionException if two beans are for the same commands, or one
	 * does not say for which it is
	 */
	void check() {
		for (CommandLockBean one : all()) {
			for (CommandLockBean other : all()) {
				if (one != other && one.commandType() == other.commandType()) {
					throw new LockedDefinitionException(
							"There are two CommandLock beans for " + one.commandType().getName() + ": " + one.name()
									+ " and " + other.name(),
							"Remove one of them; type arguments of the command do not tell them apart");
				}
			}
		}
	}

	/**
	 * The beans for a type that are not more general than another of them.
	 */
	List<CommandLockBean> closest(Class<?> commandType) {
		List<CommandLockBean> known = this.closest.get(commandType);
		return (known != null) ? known : this.closest.computeIfAbsent(commandType, this::findClosest);
	}

	private List<CommandLockBean> findClosest(Class<?> commandType) {
		List<CommandLockBean> all = all().stream()
			.filter((one) -> one.commandType().isAssignableFrom(commandType))
			.toList();
		return all.stream().filter((one) -> all.stream().noneMatch(one::isMoreGeneralThan)).toList();
	}

	/**
	 * Whether commands of this class have a lock: of their own class, or of a superclass
	 * or an interface.
	 */
	public boolean has(Class<?> commandType) {
		return !closest(commandType).isEmpty();
	}

	/**
	 * Asks for the request of a command, waiting blocking where it takes time.
	 * @param command a command that has a lock
	 * @throws IllegalStateException on a thread that must not block
	 */
	public LockRequest await(Object command) throws Throwable {
		if (Schedulers.isInNonBlockingThread()) {
			throw new IllegalStateException("The keys of a " + command.getClass().getName()
					+ " would be waited for blocking on " + Thread.currentThread().getName()
					+ ", a thread that must not block; return a Mono or a CompletableFuture, or call it on"
					+ " Schedulers.boundedElastic()");
		}
		return LateRequest.await(ask(command));
	}

	/**
	 * Asks for the request of a command, then makes a call with it.
	 * @param command a command that has a lock
	 * @param call made at once, or when the request is there
	 * @return the call's result; cancelling it withdraws whatever is waited for
	 */
	public <T extends @Nullable Object> CompletableFuture<T> execute(Object command,
			Function<LockRequest, CompletableFuture<T>> call) {
		return LateRequest.execute(ask(command), this.callers, call);
	}

	/**
	 * Asks for the request of a command on subscription, then makes a call with it.
	 * @param command a command that has a lock
	 * @param call made when the request is there
	 */
	public <T> Mono<T> executeMono(Object command, Function<LockRequest, Mono<T>> call) {
		return Mono.defer(() -> LateRequest.executeMono(ask(command), this.callers, call));
	}

	/**
	 * Asks for the request of a command on subscription, then makes a call with it.
	 * @param command a command that has a lock
	 * @param call made when the request is there
	 */
	public <T> Flux<T> executeFlux(Object command, Function<LockRequest, Flux<T>> call) {
		return Flux.defer(() -> LateRequest.executeFlux(ask(command), this.callers, call));
	}

	private Mono<LockRequest> ask(Object command) {
		List<CommandLockBean> fitting = closest(command.getClass());
		if (fitting.size() != 1) {
			return Mono.error(new LockKeyException("A " + command.getClass().getName() + " has "
					+ (fitting.isEmpty() ? "no CommandLock bean" : "several CommandLock beans: " + fitting)
					+ "; nothing was run. Declare one for this very class", List.of()));
		}
		CommandLockBean bean = fitting.get(0);
		try {
			return orMissing(bean.lock().get().lockFor(command), bean);
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	private static Mono<LockRequest> orMissing(@Nullable Mono<LockRequest> request, CommandLockBean bean)
			throws Exception {
		if (request == null) {
			return Mono.error(missing(bean, "null instead of a Mono"));
		}
		if (request instanceof ScalarCallable<?> scalar && scalar.call() == null) {
			return Mono.error(missing(bean, "an empty Mono"));
		}
		return (request instanceof ScalarCallable<?>) ? request
				: request.switchIfEmpty(Mono.error(() -> missing(bean, "an empty Mono")));
	}

	private static LockKeyException missing(CommandLockBean bean, String given) {
		return new LockKeyException("The CommandLock bean " + bean + " gave " + given
				+ "; nothing was run. Let it give a request for each of its commands, or an error", List.of());
	}

}
