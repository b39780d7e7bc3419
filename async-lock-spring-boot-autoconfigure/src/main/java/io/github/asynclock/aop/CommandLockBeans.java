package io.github.asynclock.aop;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.CommandLock;

/**
 * Finds the {@link CommandLock} beans and what commands they are for, by their
 * definitions: none is created for it.
 */
final class CommandLockBeans {

	private final ConfigurableListableBeanFactory beanFactory;

	CommandLockBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * @throws LockedDefinitionException if a bean does not say what commands it is for
	 */
	List<CommandLockBean> find() {
		List<CommandLockBean> found = new ArrayList<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, CommandLock.class,
				true, false)) {
			RootBeanDefinition definition = definition(name);
			// the target of a scoped proxy is not: its proxy is a bean, too
			if (definition == null || definition.isAutowireCandidate()) {
				found.add(new CommandLockBean(name, commandType(name, definition), lock(name)));
			}
		}
		return List.copyOf(found);
	}

	private @Nullable RootBeanDefinition definition(String name) {
		try {
			return (this.beanFactory.getMergedBeanDefinition(name) instanceof RootBeanDefinition root) ? root : null;
		}
		catch (NoSuchBeanDefinitionException ex) {
			return null; // registered as an object
		}
	}

	private Class<?> commandType(String name, @Nullable RootBeanDefinition definition) {
		Class<?> type = null;
		if (definition != null && definition.getDecoratedDefinition() != null) {
			RootBeanDefinition target = definition(definition.getDecoratedDefinition().getBeanName());
			type = (target != null) ? commandType(target.getResolvableType()) : null;
		}
		if (type == null && definition != null) {
			type = commandType(definition.getResolvableType());
		}
		if (type == null && this.beanFactory.containsSingleton(name)) {
			// also the target of a proxy
			type = commandType(
					ResolvableType.forClass(AopProxyUtils.ultimateTargetClass(this.beanFactory.getBean(name))));
		}
		if (type == null) {
			throw new LockedDefinitionException(
					"The CommandLock bean " + name + " does not say what commands it is for (" + describe(definition)
							+ ")",
					"Declare it as a class that implements CommandLock<YourCommand>, or by a @Bean method that"
							+ " returns CommandLock<YourCommand>; a lambda says its type in no other way");
		}
		return type;
	}

	private static @Nullable Class<?> commandType(ResolvableType bean) {
		return bean.as(CommandLock.class).getGeneric(0).resolve();
	}

	private static String describe(@Nullable RootBeanDefinition definition) {
		return (definition != null) ? "its declared type is " + definition.getResolvableType()
				: "it was registered as an object";
	}

	@SuppressWarnings("unchecked")
	private Supplier<CommandLock<Object>> lock(String name) {
		Supplier<CommandLock<Object>> lock = () -> (CommandLock<Object>) this.beanFactory.getBean(name,
				CommandLock.class);
		return this.beanFactory.isSingleton(name) ? SingletonSupplier.of(lock) : lock;
	}

}
