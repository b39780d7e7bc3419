package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.AopUtils;

/**
 * Whether a finished proxy really locks a method: one that it cannot reach would run
 * unlocked, one whose body runs elsewhere would be released too early.
 */
final class ProxyCheck {

	private ProxyCheck() {
	}

	/**
	 * @param method the method as resolved
	 * @throws LockedDefinitionException if calls of the proxy's method would not be
	 * locked
	 */
	static void check(Object proxy, LockedSource source, LockedMethod method, Class<?> targetClass) {
		if (AopUtils.isJdkDynamicProxy(proxy)) {
			checkInterfaces(proxy, source, method, targetClass);
		}
		else {
			checkOverridable(source.method(), method.description(), targetClass);
		}
		if (method.returnKind() instanceof ReturnKind.Blocking && proxy instanceof Advised advised
				&& isAsync(advised, source.method(), targetClass)) {
			throw new LockedDefinitionException(
					method.description() + " is also @Async: it returns before its work has begun, so its lock would be"
							+ " released too early",
					"Return a CompletableFuture (CompletableFuture<Void> for no value); it holds the key until it has ended");
		}
	}

	private static void checkInterfaces(Object proxy, LockedSource source, LockedMethod method, Class<?> targetClass) {
		if (source.onType()) {
			return; // what no interface has cannot be called from outside
		}
		for (Class<?> type : proxy.getClass().getInterfaces()) {
			if (LockedSource.sameMethod(type, source.method(), targetClass) != null) {
				return;
			}
		}
		throw new LockedDefinitionException(
				method.description() + " is in none of the interfaces of its bean's JDK proxy, so it cannot be called"
						+ " under its lock",
				"Declare it in an interface, or proxy the class (proxyTargetClass = true, spring.aop.proxy-target-class=true)");
	}

	private static void checkOverridable(Method method, String description, Class<?> targetClass) {
		int modifiers = method.getModifiers();
		if (Modifier.isFinal(modifiers)) {
			throw new LockedDefinitionException(
					description + " is final, so no proxy can override it and it would run unlocked",
					KotlinMethods.isKotlin(method.getDeclaringClass()) ? KotlinMethods.OPEN
							: "Remove final, or call LockService in it");
		}
		boolean packagePrivate = !Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers);
		Class<?> owner = method.getDeclaringClass();
		if (packagePrivate && (owner.getClassLoader() != targetClass.getClassLoader()
				|| !owner.getPackageName().equals(targetClass.getPackageName()))) {
			throw new LockedDefinitionException(description
					+ " is package-private in another package than its bean's class, so no proxy can override"
					+ " it and it would run unlocked", "Make it public or protected");
		}
	}

	private static boolean isAsync(Advised advised, Method method, Class<?> targetClass) {
		for (Advisor advisor : advised.getAdvisors()) {
			if (advisor.getAdvice() instanceof AsyncExecutionInterceptor && advisor instanceof PointcutAdvisor pointcut
					&& pointcut.getPointcut().getClassFilter().matches(targetClass)
					&& pointcut.getPointcut().getMethodMatcher().matches(method, targetClass)) {
				return true;
			}
		}
		return false;
	}

}
