package io.github.asynclock.aop;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.LockService;

/**
 * Finds the {@link LockService} of a method without creating it too early: a name is
 * checked when the annotated bean is created, the service itself is got once all
 * singletons are there, or when a method is called earlier.
 */
final class LockServices {

	private static final String PRIMARY = "";

	private final BeanFactory beanFactory;

	private final Map<String, Supplier<LockService>> wanted = new ConcurrentHashMap<>();

	LockServices(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * @param method the method as messages name it
	 * @param name a bean name; empty for the primary service
	 * @throws LockedDefinitionException if the name is not that of a {@code LockService}
	 */
	Supplier<LockService> find(String method, String name) {
		if (!name.equals(PRIMARY)
				&& !(this.beanFactory.containsBean(name) && this.beanFactory.isTypeMatch(name, LockService.class))) {
			throw new LockedDefinitionException(
					method + ": @Locked(service = \"" + name + "\") names no LockService bean",
					"Give the name of a bean that is a LockService, or leave service out for the primary one");
		}
		return this.wanted.computeIfAbsent(name,
				(any) -> SingletonSupplier.of(() -> name.equals(PRIMARY)
						? findPrimary("@Locked methods",
								"Mark one @Primary, or name one with @Locked(service = \"...\")")
						: this.beanFactory.getBean(name, LockService.class)));
	}

	/**
	 * Gets what was found so far; to be called once all singletons are there.
	 * @throws LockedDefinitionException if a method needs the primary service and there
	 * is none
	 */
	void getAll() {
		this.wanted.values().forEach(Supplier::get);
	}

	/**
	 * @param users whom it is for, as messages name them
	 * @param choice what to do if there are several
	 * @throws LockedDefinitionException if there is none
	 */
	LockService findPrimary(String users, String choice) {
		try {
			return this.beanFactory.getBeanProvider(LockService.class).getObject();
		}
		catch (NoUniqueBeanDefinitionException ex) {
			List<String> names = (ex.getBeanNamesFound() != null) ? List.copyOf(ex.getBeanNamesFound()) : List.of();
			throw new LockedDefinitionException("There are several LockService beans and none is primary: " + names,
					choice, ex);
		}
		catch (BeansException ex) {
			throw new LockedDefinitionException(
					"There is no usable LockService bean for " + users + ": " + ex.getMessage(),
					"Let async-lock's auto-configuration make one, or declare one", ex);
		}
	}

}
