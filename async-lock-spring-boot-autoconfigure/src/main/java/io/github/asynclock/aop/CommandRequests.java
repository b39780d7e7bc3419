package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ResolvableType;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockRequest;

/**
 * Requests that the {@link io.github.asynclock.CommandLock} of the method's argument
 * gives.
 *
 * @param description the method as messages name it
 * @param template the name, durations and kind for what a request leaves open
 * @param locks the locks of the application
 * @param position which argument is the command; found on first use
 */
record CommandRequests(String description, LockRequest template, CommandLocks locks,
		Supplier<Integer> position) implements RequestSource {

	/**
	 * @param method a method without keys
	 */
	static CommandRequests of(String description, LockRequest template, CommandLocks locks, Method method,
			Class<?> targetClass) {
		return new CommandRequests(description, template, locks,
				SingletonSupplier.of(() -> position(description, locks, method, targetClass)));
	}

	/**
	 * @throws LockedDefinitionException if it is not exactly one argument that has a lock
	 */
	void check() {
		this.position.get();
	}

	private static int position(String description, CommandLocks locks, Method method, Class<?> targetClass) {
		List<Integer> positions = new ArrayList<>();
		List<CommandLockBean> found = new ArrayList<>();
		for (int i = 0; i < KotlinMethods.argumentCount(method); i++) {
			Class<?> type = ResolvableType.forMethodParameter(method, i, targetClass)
				.resolve(method.getParameterTypes()[i]);
			List<CommandLockBean> fitting = locks.closest(type);
			if (!fitting.isEmpty()) {
				positions.add(i);
				found.addAll(fitting);
			}
		}
		if (found.isEmpty()) {
			throw none(description, locks);
		}
		if (found.size() > 1) {
			throw new LockedDefinitionException(
					description + ": @Locked has no key, and its request could come from several CommandLock beans: "
							+ found,
					(positions.size() > 1) ? "Let one argument only have a lock, or give a key"
							: "Remove all but one, let one be for the argument's very type, or give a key");
		}
		return positions.get(0);
	}

	private static LockedDefinitionException none(String description, CommandLocks locks) {
		String beans = locks.all().isEmpty() ? "there are none" : "there are " + locks.all();
		return new LockedDefinitionException(
				description + ": @Locked has no key, and no argument whose type a CommandLock bean is for (" + beans
						+ ")",
				"Give a key, for example @Locked(key = \"'order-' + #id\"), or declare a CommandLock bean for the type"
						+ " of the argument");
	}

	@Override
	public LockRequest await(MethodInvocation invocation) throws Throwable {
		return complete(this.locks.await(command(invocation)));
	}

	@Override
	public <T> CompletableFuture<T> execute(MethodInvocation invocation,
			Function<LockRequest, CompletableFuture<T>> call) {
		return this.locks.execute(command(invocation), (request) -> call.apply(complete(request)));
	}

	@Override
	public <T> Mono<T> executeMono(MethodInvocation invocation, Function<LockRequest, Mono<T>> call) {
		return this.locks.executeMono(command(invocation), (request) -> call.apply(complete(request)));
	}

	@Override
	public <T> Flux<T> executeFlux(MethodInvocation invocation, Function<LockRequest, Flux<T>> call) {
		return this.locks.executeFlux(command(invocation), (request) -> call.apply(complete(request)));
	}

	private Object command(MethodInvocation invocation) {
		int position = this.position.get();
		@Nullable Object command = invocation.getArguments()[position];
		if (command == null) {
			throw new LockKeyException(
					this.description + ": its argument " + (position + 1)
							+ ", whose CommandLock gives the keys, is null; nothing was run. Call it with a command",
					List.of());
		}
		return command;
	}

	/** What the request leaves open is the annotation's to say. */
	private LockRequest complete(LockRequest asked) {
		LockRequest request = asked;
		if (request.name() == null && this.template.name() != null) {
			request = request.named(this.template.name());
		}
		if (request.waitTime() == null) {
			request = request.waitingAtMost(this.template.waitTime());
		}
		if (request.leaseTime() == null) {
			request = request.leasedFor(this.template.leaseTime());
		}
		if (request.holdAtMost() == null) {
			request = request.heldAtMost(this.template.holdAtMost());
		}
		if (request.holdAtLeast() == null) {
			request = request.heldAtLeast(this.template.holdAtLeast());
		}
		request = this.template.skipOnTimeout() ? request.orSkip() : request;
		return this.template.releaseOnError() ? request.releasedOnError() : request;
	}

}
