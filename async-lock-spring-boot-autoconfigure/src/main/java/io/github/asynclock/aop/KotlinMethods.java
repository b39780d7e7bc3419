package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.core.KotlinDetector;
import org.springframework.core.Nullness;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What is different with methods that are written in Kotlin. All by name: Kotlin need not
 * be there.
 */
final class KotlinMethods {

	static final String FLOW = "kotlinx.coroutines.flow.Flow";

	static final String DEFERRED = "kotlinx.coroutines.Deferred";

	/** How to make classes and functions open. */
	static final String OPEN = "Kotlin's are final unless they are declared open: declare the class and the function"
			+ " open, or apply the compiler plugin kotlin-spring, which does that for Spring's components";

	private static final boolean COROUTINES_REACTOR_PRESENT = ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt",
			KotlinMethods.class.getClassLoader());

	private KotlinMethods() {
	}

	static boolean isKotlin(Class<?> type) {
		return KotlinDetector.isKotlinType(type);
	}

	/**
	 * How many arguments a caller gives: all but the continuation of a suspending
	 * function.
	 */
	static int argumentCount(Method method) {
		return method.getParameterCount() - (KotlinDetector.isSuspendingFunction(method) ? 1 : 0);
	}

	/**
	 * The arguments that the caller gave.
	 */
	static @Nullable Object[] arguments(Method method, @Nullable Object[] all) {
		int count = argumentCount(method);
		return (count == all.length) ? all : Arrays.copyOf(all, count);
	}

	/**
	 * The name that was written: one with a value class among its parameters has a suffix
	 * in the class file.
	 */
	static String name(Method method) {
		String name = method.getName();
		int hash = name.length() - 8;
		return (hash > 0 && name.charAt(hash) == '-' && isKotlin(method.getDeclaringClass())) ? name.substring(0, hash)
				: name;
	}

	/**
	 * The kind of a suspending function.
	 * @param skip whether the result may have to be empty
	 * @throws LockedDefinitionException if it cannot be locked
	 */
	static ReturnKind suspending(String description, Method method, Class<?> targetClass, boolean skip) {
		if (!COROUTINES_REACTOR_PRESENT || !KotlinDetector.isKotlinReflectPresent()) {
			throw new LockedDefinitionException(
					description + " is a suspending function, which Spring's proxies call by way of "
							+ (COROUTINES_REACTOR_PRESENT ? "kotlin-reflect" : "kotlinx-coroutines-reactor")
							+ ", and that is not on the class path",
					"Add org.jetbrains.kotlinx:kotlinx-coroutines-reactor and org.jetbrains.kotlin:kotlin-reflect");
		}
		Class<?> type = ResolvableType.forMethodReturnType(method, targetClass).resolve(Object.class);
		if (type.getName().equals(FLOW)) {
			return new CoroutineKind.SuspendingFlow();
		}
		requireEnded(description, type);
		if (KotlinDetector.isInlineClass(type)) {
			throw new LockedDefinitionException(
					description + " is a suspending function that returns the value class " + type.getName()
							+ ", which Spring's proxies hand on as something else than its callers expect",
					"Return what is in it, or an ordinary class; instead of a Result return the value, throw the"
							+ " failure, and call it in runCatching");
		}
		if (skip) {
			requireNullable(description, method, type);
		}
		return new CoroutineKind.Suspending(type, isNonNull(method, type));
	}

	private static void requireEnded(String description, Class<?> type) {
		List<String> packages = List.of("kotlinx.coroutines.", "java.util.stream.");
		if (Publisher.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)
				|| Future.class.isAssignableFrom(type) || packages.stream().anyMatch(type.getName()::startsWith)) {
			throw new LockedDefinitionException(
					description + " is a suspending function that returns " + type.getName()
							+ ", whose work has not ended when it returns",
					"Await it in the function and return its value, or return it from a function that does not suspend");
		}
	}

	/**
	 * An empty result is null, which a Kotlin caller may not expect.
	 * @throws LockedDefinitionException if the method's type does not say that it may be
	 */
	static void requireNullable(String description, Method method, Class<?> type) {
		if (isNonNull(method, type)) {
			throw new LockedDefinitionException(
					description + " has onTimeout = SKIP, which gives null, but its return type is not nullable",
					"Add a question mark to the return type, or leave out onTimeout");
		}
	}

	/**
	 * Whether a method is written in Kotlin, and its type promises a result.
	 */
	static boolean isNonNull(Method method, Class<?> type) {
		return isKotlin(method.getDeclaringClass()) && KotlinDetector.isKotlinReflectPresent() && type != void.class
				&& !type.getName().equals("kotlin.Unit") && Nullness.forMethodReturnType(method) == Nullness.NON_NULL;
	}

}
