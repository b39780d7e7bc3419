package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

	private final CommandLocks commandLocks;

	/**
	 * To look for command locks while beans are being created might create some too
	 * early.
	 */
	private final Queue<CommandRequests> unchecked = new ConcurrentLinkedQueue<>();

	private volatile boolean started;

	private final ReturnKinds returnKinds = new ReturnKinds();

	LockedMethods(ConfigurableBeanFactory beanFactory, LockServices services, CommandLocks commandLocks) {
		this.beanFactory = beanFactory;
		this.services = services;
		this.commandLocks = commandLocks;
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
		String name = locked.name().isBlank() ? nameOf(source, targetClass) + "." + KotlinMethods.name(source.method())
				: locked.name();
		LockRequest template = LockedTimes.of(description, locked, this.beanFactory::resolveEmbeddedValue)
			.applyTo(LockRequest.of("template").named(name));
		template = skip ? template.orSkip() : template;
		template = locked.releaseOnError() ? template.releasedOnError() : template;
		RequestSource requests = (locked.key().length > 0)
				? new KeyRequests(template, keys(description, source, locked))
				: commandRequests(description, template, source, targetClass);
		return new LockedMethod(description, requests,
				this.returnKinds.of(description, source.method(), targetClass, skip),
				this.services.find(description, locked.service()));
	}

	private CommandRequests commandRequests(String description, LockRequest template, LockedSource source,
			Class<?> targetClass) {
		CommandRequests requests = CommandRequests.of(description, template, this.commandLocks, source.method(),
				targetClass);
		if (this.started) {
			requests.check();
		}
		else {
			this.unchecked.add(requests);
		}
		return requests;
	}

	/**
	 * Checks what was put off; to be called once all singletons are there.
	 * @throws LockedDefinitionException if a method has no key and not exactly one
	 * command lock
	 */
	void checkCommandLocks() {
		this.started = true;
		this.unchecked.forEach(CommandRequests::check);
		this.unchecked.clear();
		this.commandLocks.check();
	}

	private KeyExpressions keys(String description, LockedSource source, Locked locked) {
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
	static String describe(LockedSource source, Class<?> targetClass) {
		String parameters = Arrays.stream(source.method().getParameterTypes())
			.limit(KotlinMethods.argumentCount(source.method()))
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		return owner(source, targetClass).getName() + "." + KotlinMethods.name(source.method()) + "(" + parameters
				+ ")";
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
