package io.github.asynclock.aop;

import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.SpringProxy;
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
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

import io.github.asynclock.LockService;
import io.github.asynclock.context.CallerContext;

/**
 * Runs {@link io.github.asynclock.Locked} methods of all beans under their lock, and
 * fails the creation of a bean whose {@code @Locked} method cannot work as it is declared
 * ({@link LockedDefinitionException}). A bean without such a method stays as it is. The
 * {@link io.github.asynclock.LockService} is got when the first method is called, or once
 * all singletons are there.
 *
 * <p>
 * The lock is outside all other advice: outside {@code @Transactional},
 * {@code @Retryable}, {@code @Cacheable}, {@code @Async} and aspects. It takes two steps.
 * This post-processor adds the lock early: schedulers and message listeners keep the bean
 * as it is when their own post-processors see it, and would call it unlocked. Others, as
 * {@code @Async}'s, put their advice in front later; {@link #outermost} sees to it at the
 * end that the lock of that same proxy is in front again.
 *
 * <p>
 * A call of an object's own method ({@code this.method()}) does not pass its proxy and is
 * not locked, as with all of Spring's proxies.
 */
@SuppressWarnings("serial")
public class LockedBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
		implements SmartInitializingSingleton {

	private final transient LockedTypes types = new LockedTypes();

	private final transient Supplier<CallerContext> callers;

	private transient @Nullable LockServices services;

	private transient @Nullable CommandLocks commandLocks;

	private transient @Nullable Supplier<LockService> serviceForCommands;

	private transient @Nullable LockedMethods methods;

	/**
	 * For callers that are in no unit of work. Needs nothing but the bean factory it is
	 * created in.
	 */
	public LockedBeanPostProcessor() {
		this(() -> CallerContext.capture(null));
	}

	/**
	 * Needs nothing else but the bean factory it is created in.
	 * @param callers takes what a caller has, on its thread, if the call has to go on on
	 * another
	 */
	public LockedBeanPostProcessor(Supplier<CallerContext> callers) {
		this.callers = callers;
		setBeforeExistingAdvisors(true);
		setOrder(LOWEST_PRECEDENCE - 1); // those of listeners have LOWEST_PRECEDENCE
	}

	/**
	 * The second step, to be registered as a bean of its own.
	 */
	public BeanPostProcessor outermost() {
		return new Outermost();
	}

	/**
	 * The command locks of this application, for a command bus.
	 * @throws IllegalStateException if this is no bean
	 */
	public CommandLocks commandLocks() {
		CommandLocks locks = this.commandLocks;
		Assert.state(locks != null, "Only a LockedBeanPostProcessor that is a bean knows of other beans");
		return locks;
	}

	/**
	 * The primary service, for a command bus. Where the application has command locks,
	 * start-up fails if there is none.
	 * @param choice what to do if there are several, as the failure says it
	 * @throws IllegalStateException if this is no bean
	 */
	public Supplier<LockService> serviceForCommands(String choice) {
		LockServices services = this.services;
		Assert.state(services != null, "Only a LockedBeanPostProcessor that is a bean knows of other beans");
		this.serviceForCommands = SingletonSupplier.of(() -> services.findPrimary("commands", choice));
		return this.serviceForCommands;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		Assert.isInstanceOf(ConfigurableListableBeanFactory.class, beanFactory);
		this.services = new LockServices(beanFactory);
		this.commandLocks = new CommandLocks((ConfigurableListableBeanFactory) beanFactory, this.callers);
		this.methods = new LockedMethods((ConfigurableListableBeanFactory) beanFactory, this.services,
				this.commandLocks);
		this.advisor = new DefaultPointcutAdvisor(new LockedPointcut(), new LockedInterceptor(this.methods));
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.methods != null) {
			this.methods.checkCommandLocks();
		}
		if (this.services != null) {
			this.services.getAll();
		}
		if (this.serviceForCommands != null && !commandLocks().all().isEmpty()) {
			this.serviceForCommands.get();
		}
	}

	@Override
	protected boolean isEligible(Class<?> targetClass) {
		return !this.types.lockedMethods(targetClass).isEmpty();
	}

	/**
	 * What {@link #postProcessAfterInitialization} will make of a bean of this class, so
	 * that ahead-of-time processing can make its proxy's class. A proxy of others takes
	 * the lock in and stays what it is.
	 */
	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		if (SpringProxy.class.isAssignableFrom(beanClass) || !isEligible(beanClass)) {
			return beanClass;
		}
		try {
			return super.determineBeanType(beanClass, beanName);
		}
		catch (AopConfigException ex) {
			LockedSource any = this.types.lockedMethods(beanClass).iterator().next();
			Class<?> type = ClassUtils.getUserClass(beanClass);
			throw noProxy(type, LockedMethods.describe(any, type), ex);
		}
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		Class<?> targetClass = lockedClass(bean);
		if (this.methods == null || targetClass == null
				|| beanName.endsWith(AutowireCapableBeanFactory.ORIGINAL_INSTANCE_SUFFIX)) {
			return bean;
		}
		LockedMethod any = resolve(this.methods, targetClass).values().iterator().next();
		return proxy(bean, beanName, any.description());
	}

	private Map<LockedSource, LockedMethod> resolve(LockedMethods methods, Class<?> targetClass) {
		Class<?> userClass = ClassUtils.getUserClass(targetClass);
		Map<LockedSource, LockedMethod> resolved = new LinkedHashMap<>();
		for (LockedSource source : this.types.lockedMethods(targetClass)) {
			resolved.put(source, methods.resolve(source, userClass));
		}
		return resolved;
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
			throw noProxy(AopUtils.getTargetClass(bean), description, ex);
		}
	}

	private static LockedDefinitionException noProxy(Class<?> type, String description, AopConfigException cause) {
		return new LockedDefinitionException(
				description + " cannot be locked, because no proxy can be made of its class (" + cause.getMessage()
						+ ")",
				KotlinMethods.isKotlin(type) ? KotlinMethods.OPEN
						: "Make the class not final, or declare the method in an interface",
				cause);
	}

	private boolean isOutermost(Advised advised) {
		return advised.getAdvisorCount() > 0 && advised.getAdvisors()[0] == this.advisor;
	}

	/**
	 * Among those that an application context moves behind all others, whatever their
	 * order and registration: being a {@link MergedBeanDefinitionPostProcessor} is about
	 * that place, and nothing else.
	 */
	private final class Outermost implements MergedBeanDefinitionPostProcessor {

		@Override
		public void postProcessMergedBeanDefinition(RootBeanDefinition definition, Class<?> type, String beanName) {
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			LockedMethods methods = LockedBeanPostProcessor.this.methods;
			Class<?> targetClass = lockedClass(bean);
			if (methods == null || targetClass == null
					|| beanName.endsWith(AutowireCapableBeanFactory.ORIGINAL_INSTANCE_SUFFIX)) {
				return bean;
			}
			Map<LockedSource, LockedMethod> resolved = resolve(methods, targetClass);
			Object proxy = toFront(bean, beanName, resolved.values().iterator().next().description());
			Class<?> userClass = ClassUtils.getUserClass(targetClass);
			resolved.forEach((source, method) -> ProxyCheck.check(proxy, source, method, userClass));
			return proxy;
		}

		private Object toFront(Object bean, String beanName, String description) {
			Advisor advisor = LockedBeanPostProcessor.this.advisor;
			if (bean instanceof Advised advised && advisor != null && isOutermost(advised)) {
				return bean;
			}
			if (bean instanceof Advised advised && advisor != null && !advised.isFrozen()) {
				advised.removeAdvisor(advisor);
			}
			return proxy(bean, beanName, description);
		}

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
