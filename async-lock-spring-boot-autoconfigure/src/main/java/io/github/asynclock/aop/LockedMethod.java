package io.github.asynclock.aop;

import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

import io.github.asynclock.LockService;

/**
 * A {@code @Locked} method, resolved once.
 *
 * @param description the method as messages name it
 * @param requests gives what a call asks for
 * @param returnKind how the method gives its result
 * @param service gives the lock service; created on first use
 */
record LockedMethod(String description, RequestSource requests, ReturnKind returnKind, Supplier<LockService> service) {

	/**
	 * Runs the rest of the chain once; the invocation can be run again.
	 */
	@Nullable Object proceed(MethodInvocation invocation) throws Throwable {
		// A second proceed() on the same invocation would skip inner advice.
		return (invocation instanceof ProxyMethodInvocation repeatable) ? repeatable.invocableClone().proceed()
				: invocation.proceed();
	}

	/**
	 * As {@link #proceed}, for methods whose result holds the lock.
	 * @throws IllegalStateException if the method returned null
	 */
	Object proceedToResult(MethodInvocation invocation) throws Throwable {
		return requireResult(proceed(invocation));
	}

	/**
	 * As {@link #proceedToResult}, with other arguments where the invocation lets them be
	 * changed.
	 */
	Object proceedToResult(MethodInvocation invocation, @Nullable Object[] arguments) throws Throwable {
		return requireResult((invocation instanceof ProxyMethodInvocation repeatable)
				? repeatable.invocableClone(arguments).proceed() : invocation.proceed());
	}

	/**
	 * As {@link #proceedToResult}, where the invocation is run this once only: a future
	 * asks for its key when it is called, never again.
	 */
	Object proceedOnceToResult(MethodInvocation invocation) throws Throwable {
		return requireResult(invocation.proceed());
	}

	private Object requireResult(@Nullable Object result) {
		if (result == null) {
			throw new IllegalStateException(this.description
					+ " returned null where its declared type promises a result to wait for; return an empty one");
		}
		return result;
	}

}
