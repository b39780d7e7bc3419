package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopConfigException;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

/**
 * Runs {@link io.github.asynclock.Locked} methods of all beans under their lock, and
 * fails the creation of a bean whose {@code @Locked} method cannot work as it is declared
 * ({@link LockedDefinitionException}). A bean without such a method stays as it is. The
 * {@link io.github.asynclock.LockService} is got when the first method is called, or once
 * all singletons are there.
 *
 * <p>
 * The lock is outside all other advice: outside {@code @Transactional},
 * {@code @Retryable}, {@code @Cacheable}, {@code @Async} and aspects. Two things see to
 * it. The advisor goes before those that a proxy has already; and this post-processor
 * runs after all that might do the same, as {@code @Async}'s does: being a
 * {@link MergedBeanDefinitionPostProcessor}, it is among those that an application
 * context moves behind the others, whatever their order and registration.
 *
 * <p>
 * A call of an object's own method ({@code this.method()}) does not pass its proxy and is
 * not locked, as with all of Spring's proxies.
 */
@SuppressWarnings("serial")
public class LockedBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements MergedBeanDefinitionPostProcessor, SmartInitializingSingleton {

	private final transient LockedTypes types = new LockedTypes();

	private transient @Nullable LockServices services;

	private transient @Nullable LockedMethods methods;

	/**
	 * Needs nothing but the bean factory it is created in.
	 */
	public LockedBeanPostProcessor() {
		setBeforeExistingAdvisors(true);
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		Assert.isInstanceOf(ConfigurableBeanFactory.class, beanFactory);
		this.services = new LockServices(beanFactory);
		this.methods = new LockedMethods((ConfigurableBeanFactory) beanFactory, this.services);
		this.advisor = new DefaultPointcutAdvisor(new LockedPointcut(), new LockedInterceptor(this.methods));
	}

	@Override
	public void postProcessMergedBeanDefinition(RootBeanDefinition beanDefinition, Class<?> beanType, String beanName) {
		// nothing to do: this interface is about our place in the chain
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.services != null) {
			this.services.getAll();
		}
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return !this.types.lockedMethods(targetClass).isEmpty();
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Class<?> targetClass = lockedClass(bean);
		if (this.methods == null || targetClass == null
				|| beanName.endsWith(AutowireCapableBeanFactory.ORIGINAL_INSTANCE_SUFFIX)) {
			return bean;
		}
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		Map<LockedSource, LockedMethod> resolved = new LinkedHashMap<>();
		for (LockedSource source : this.types.lockedMethods(targetClass)) {
			resolved.put(source, this.methods.resolve(source, userClass));
		}
		Object proxy = proxy(bean, beanName, resolved.values().iterator().next().description());
		resolved.forEach((source, method) -> ProxyCheck.check(proxy, source, method, userClass));
		return proxy;
	}

	/**
	 * The class behind the bean, or the bean's own; null where neither has anything
	 * locked.
	 */
	private @Nullable Class<?> lockedClass(Object bean) {
		if (bean instanceof AopInfrastructureBean) {
			return null;
		}
		Class<?> target = AopUtils.getTargetClass(bean);
		if (isEligible(target)) {
			return target;
		}
		return isEligible(bean.getClass()) ? bean.getClass() : null;
	}

	private Object proxy(Object bean, String beanName, String description) {
		try {
			Object proxy = super.postProcessAfterInitialization(bean, beanName);
			if (proxy == bean && !(bean instanceof Advised advised && isOutermost(advised))) {
				throw new LockedDefinitionException(description + " is behind a frozen proxy, so it would run unlocked",
						"Do not freeze the proxy, or put @Locked on the method of the interface");
			}
			return proxy;
		}
		catch (AopConfigException ex) {
			throw new LockedDefinitionException(description
					+ " cannot be locked, because no proxy can be made of its class (" + ex.getMessage() + ")",
					"Make the class not final, or declare the method in an interface", ex);
		}
	}

	private boolean isOutermost(Advised advised) {
		return advised.getAdvisorCount() > 0 && advised.getAdvisors()[0] == this.advisor;
	}

	private final class LockedPointcut extends StaticMethodMatcherPointcut {

		LockedPointcut() {
			setClassFilter(LockedBeanPostProcessor.this::isEligible);
		}

		@Override
		public boolean matches(Method method, Class<?> targetClass) {
			return LockedSource.find(method, ClassUtils.getUserClass(targetClass)) != null;
		}

	}

}
