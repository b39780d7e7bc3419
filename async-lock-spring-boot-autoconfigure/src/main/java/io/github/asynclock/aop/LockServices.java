package io.github.asynclock.aop;

import java.util.List;
import java.util.function.Supplier;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.LockService;

/**
 * Finds the {@link LockService} of a method without creating it too early: named ones are
 * checked by name when the annotated bean is created, and got when they are first used.
 */
final class LockServices {

	private final BeanFactory beanFactory;

	private final Supplier<LockService> primary = SingletonSupplier.of(this::findPrimary);

	private volatile boolean primaryWanted;

	LockServices(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * @param method the method as messages name it
	 * @param name a bean name; empty for the primary service
	 * @throws LockedDefinitionException if the name is not that of a {@code LockService}
	 */
	Supplier<LockService> find(String method, String name) {
		if (name.isEmpty()) {
			this.primaryWanted = true;
			return this.primary;
		}
		if (!this.beanFactory.containsBean(name) || !this.beanFactory.isTypeMatch(name, LockService.class)) {
			throw new LockedDefinitionException(
					method + ": @Locked(service = \"" + name + "\") names no LockService bean",
					"Give the name of a bean that is a LockService, or leave service out for the primary one");
		}
		return SingletonSupplier.of(() -> this.beanFactory.getBean(name, LockService.class));
	}

	/**
	 * To be called once all singletons are there.
	 * @throws LockedDefinitionException if a method needs the primary service and there
	 * is none
	 */
	void checkPrimary() {
		if (this.primaryWanted) {
			this.primary.get();
		}
	}

	private LockService findPrimary() {
		try {
			return this.beanFactory.getBeanProvider(LockService.class).getObject();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			List<String> names = (ex.getBeanNamesFound() != null) ? List.copyOf(ex.getBeanNamesFound()) : List.of();
			throw new LockedDefinitionException("There are several LockService beans and none is primary: " + names,
					"Mark one @Primary, or name one with @Locked(service = \"...\")", ex);
		}
		catch (BeansException ex) {
			throw new LockedDefinitionException(
					"There is no usable LockService bean for @Locked methods: " + ex.getMessage(),
					"Let async-lock's auto-configuration make one, or declare one", ex);
		}
	}

}
