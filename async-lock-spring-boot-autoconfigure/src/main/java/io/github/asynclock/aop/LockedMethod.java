package io.github.asynclock.aop;

import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;

/**
 * A {@code @Locked} method, resolved once.
 *
 * @param description the method as messages name it
 * @param name the requests' name
 * @param keys gives the keys of a call
 * @param times the requests' durations
 * @param skip whether a timeout gives an empty result
 * @param returnKind how the method gives its result
 * @param service gives the lock service; created on first use
 */
record LockedMethod(String description, String name, KeyExpressions keys, LockedTimes times, boolean skip,
		ReturnKind returnKind, Supplier<LockService> service) {

	/**
	 * What a call asks for.
	 * @throws io.github.asynclock.LockKeyException if a key cannot be resolved
	 */
	LockRequest request(MethodInvocation invocation) {
		LockRequest request = this.times.applyTo(LockRequest.of(this.keys.evaluate(invocation)).named(this.name));
		return this.skip ? request.orSkip() : request;
	}

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
		Object result = proceed(invocation);
		if (result == null) {
			throw new IllegalStateException(this.description
					+ " returned null where its declared type promises a result to wait for; return an empty one");
		}
		return result;
	}

}
