package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.util.ClassUtils;

import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;

/**
 * Resolves each {@code @Locked} method once, and remembers it by target class and method.
 */
final class LockedMethods {

	/** Two steps instead of a composed key: nothing is allocated to look one up. */
	private final Map<Class<?>, Map<Method, LockedMethod>> resolved = new ConcurrentHashMap<>();

	private final ConfigurableBeanFactory beanFactory;

	private final LockServices services;

	private final KeyLanguage language;

	private final ReturnKinds returnKinds = new ReturnKinds();

	LockedMethods(ConfigurableBeanFactory beanFactory, LockServices services) {
		this.beanFactory = beanFactory;
		this.services = services;
		this.language = new KeyLanguage(beanFactory);
	}

	/**
	 * @return null if the method is not locked
	 * @throws LockedDefinitionException if it cannot work as it is declared
	 */
	@Nullable LockedMethod get(Method method, Class<?> targetClass) {
		Map<Method, LockedMethod> ofClass = this.resolved.get(targetClass);
		LockedMethod known = (ofClass != null) ? ofClass.get(method) : null;
		return (known != null) ? known : find(method, targetClass);
	}

	private @Nullable LockedMethod find(Method method, Class<?> targetClass) {
		Class<?> type = ClassUtils.getUserClass(targetClass);
		LockedSource source = LockedSource.find(method, type);
		if (source == null) {
			return null;
		}
		LockedMethod found = resolve(source, type);
		this.resolved.computeIfAbsent(targetClass, (any) -> new ConcurrentHashMap<>()).put(method, found);
		return found;
	}

	/**
	 * Resolves and remembers a method that was found already.
	 * @param targetClass the user's class, not one generated from it
	 * @throws LockedDefinitionException if the method cannot work as it is declared
	 */
	LockedMethod resolve(LockedSource source, Class<?> targetClass) {
		return this.resolved.computeIfAbsent(targetClass, (any) -> new ConcurrentHashMap<>())
			.computeIfAbsent(source.method(), (any) -> create(source, targetClass));
	}

	private LockedMethod create(LockedSource source, Class<?> targetClass) {
		String description = describe(source, targetClass);
		requireInstanceMethod(description, source.method());
		Locked locked = source.annotation().synthesize();
		boolean skip = locked.onTimeout() == OnTimeout.SKIP;
		String name = locked.name().isBlank() ? nameOf(source, targetClass) + "." + source.method().getName()
				: locked.name();
		LockRequest template = LockedTimes.of(description, locked, this.beanFactory::resolveEmbeddedValue)
			.applyTo(LockRequest.of("template").named(name));
		template = skip ? template.orSkip() : template;
		template = locked.releaseOnError() ? template.releasedOnError() : template;
		return new LockedMethod(description, template, keys(description, source, locked),
				this.returnKinds.of(description, source.method(), targetClass, skip),
				this.services.find(description, locked.service()));
	}

	/** The seam for command locks: a method without keys will ask one for its request. */
	private KeyExpressions keys(String description, LockedSource source, Locked locked) {
		if (locked.key().length == 0) {
			throw new LockedDefinitionException(description + ": @Locked has no key",
					"Give one, for example @Locked(key = \"'order-' + #id\")");
		}
		KeyParameters parameters = KeyParameters.of(source.annotated(), source.method());
		List<KeyExpression> expressions = new ArrayList<>();
		for (String key : locked.key()) {
			expressions.add(new KeyExpression(description, key, parameters, this.language));
		}
		return new KeyExpressions(expressions);
	}

	private static void requireInstanceMethod(String description, Method method) {
		if (Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers())) {
			String kind = Modifier.isStatic(method.getModifiers()) ? "static" : "private";
			throw new LockedDefinitionException(
					description + " is " + kind + ", so no proxy can lock it and it would run unlocked",
					"Make it a public instance method that is called from another bean, or call LockService in it");
		}
	}

	/**
	 * The method as messages name it.
	 */
	private static String describe(LockedSource source, Class<?> targetClass) {
		String parameters = Arrays.stream(source.method().getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		return owner(source, targetClass).getName() + "." + source.method().getName() + "(" + parameters + ")";
	}

	private static String nameOf(LockedSource source, Class<?> targetClass) {
		Class<?> owner = owner(source, targetClass);
		return owner.isAnonymousClass() ? ClassUtils.getShortName(owner) : owner.getSimpleName();
	}

	/** The user's class; of a proxy or a lambda, what declares the annotated method. */
	private static Class<?> owner(LockedSource source, Class<?> targetClass) {
		boolean generated = Proxy.isProxyClass(targetClass) || ClassUtils.isLambdaClass(targetClass);
		return generated ? source.annotated().getDeclaringClass() : targetClass;
	}

}
