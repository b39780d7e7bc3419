package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.asynclock.LockListener;
import io.github.asynclock.LockService;
import io.github.asynclock.actuate.LocksEndpoint;
import io.github.asynclock.aop.LockedBeanPostProcessor;
import io.github.asynclock.context.CallerContext;
import io.github.asynclock.context.ThreadLocalCarrier;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.core.UnitsOfWork;
import io.github.asynclock.local.LocalLockStore;
import io.micrometer.context.ContextRegistry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of {@link LockService} and of the locking of annotated methods. A
 * bean of the application takes the place of ours: {@link LockService} for all of it,
 * {@link LockStore} for where locks are kept.
 */
@AutoConfiguration
@Conditional(OnSwitch.class)
@EnableConfigurationProperties(AsyncLockProperties.class)
@Import(PipelinrConfiguration.class)
@ImportRuntimeHints(LockRuntimeHints.class)
public final class AsyncLockAutoConfiguration {

	private static final Log logger = LogFactory.getLog(AsyncLockAutoConfiguration.class);

	private static final String ENDPOINT = "org.springframework.boot.actuate.endpoint.annotation.Endpoint";

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static LockedBeanPostProcessor lockedBeanPostProcessor(Environment environment, ObjectProvider<UnitsOfWork> units) {
		BuildTimeChoice.requireSwitch(environment, true);
		Supplier<@Nullable UnitsOfWork> known = SingletonSupplier.ofNullable(units::getIfAvailable);
		return new LockedBeanPostProcessor(() -> CallerContext.capture(known.get()));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static BeanPostProcessor lockedOutermostPostProcessor(LockedBeanPostProcessor locked) {
		return locked.outermost();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(LockService.class)
	@Import({ RedisStoreConfiguration.class, NoRedisClientConfiguration.class, TransactionConfiguration.class,
			MetricsConfiguration.class })
	static class LockServiceConfiguration {

		@Bean
		@ConditionalOnMissingBean
		LockStore lockStore(Environment environment, ListableBeanFactory beans) {
			BuildTimeChoice.requireLocal(OnRedis.decide(environment, OnRedis.detailsAreIn(beans)));
			return new LocalLockStore();
		}

		@Bean
		QueueingLockService lockService(LockStore store, AsyncLockProperties properties,
				ObjectProvider<LockListener> listeners, ObjectProvider<UnitsOfWork> units,
				ObjectProvider<ObserverSource> observer, ConfigurableListableBeanFactory beanFactory) {
			properties.validate();
			QueueingLockService.Builder builder = QueueingLockService.builder(store)
				.waitTime(properties.waitTime())
				.leaseTime(properties.leaseTime())
				.maxWaitersPerKey(properties.maxWaitersPerKey())
				.heldWarning(properties.heldWarning())
				.contextCarrier(contextCarrier())
				.listeners(listeners.orderedStream().toList())
				.unitsOfWork(properties.releaseAfterTransaction() ? units.getIfAvailable() : null);
			builder.inspected(isInspected(beanFactory));
			observer.ifAvailable((source) -> builder.observer(source.orNone()));
			ApplicationExecutor.find(beanFactory).ifPresent(builder::executor);
			logger.info("Locks are kept " + store.description() + "; lease time " + properties.leaseTime().toMillis()
					+ " ms, wait time " + properties.waitTime().toMillis() + " ms");
			return builder.build();
		}

		/** To record for the endpoint what it shows costs each call something. */
		private static boolean isInspected(ConfigurableListableBeanFactory beanFactory) {
			return ClassUtils.isPresent(ENDPOINT, beanFactory.getBeanClassLoader())
					&& beanFactory.getBeanNamesForType(LocksEndpoint.class, false, false).length > 0;
		}

		private static ThreadLocalCarrier contextCarrier() {
			boolean slf4j = ClassUtils.isPresent("org.slf4j.MDC", null);
			return new ThreadLocalCarrier(ContextRegistry.getInstance(), slf4j);
		}

		// Neither may depend on the other: a bean is stopped before what it depends on.

		@Bean
		ClosingPhase lockServiceDrain(QueueingLockService service, ConfigurableApplicationContext context) {
			return new ClosingPhase(context, ClosingPhase.DRAIN, service::shutdown);
		}

		@Bean
		ClosingPhase lockServiceAbandon(QueueingLockService service, ConfigurableApplicationContext context) {
			return new ClosingPhase(context, ClosingPhase.ABANDON,
					() -> CompletableFuture.runAsync(service::close, Runnable::run));
		}

	}

}
