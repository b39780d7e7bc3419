package io.github.asynclock.autoconfigure;

import io.github.asynclock.actuate.LockStoreHealthIndicator;
import io.github.asynclock.actuate.LocksEndpoint;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.QueueingLockService;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of what Spring Boot Actuator shows of locks.
 */
@AutoConfiguration(after = AsyncLockAutoConfiguration.class)
@Conditional(OnSwitch.class)
public final class AsyncLockActuatorAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnSingleCandidate(QueueingLockService.class)
		@ConditionalOnMissingBean
		@ConditionalOnAvailableEndpoint
		LocksEndpoint asyncLocksEndpoint(QueueingLockService service) {
			return new LocksEndpoint(service);
		}

	}

	/**
	 * Only where it is asked for: an application that can do without locks for a while is
	 * not to be taken out of service.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ReactiveHealthIndicator.class)
	@ConditionalOnBooleanProperty("management.health.asynclock.enabled")
	static class HealthConfiguration {

		@Bean
		@ConditionalOnBean(type = "io.github.asynclock.redis.RedisLockStore")
		@ConditionalOnSingleCandidate(LockStore.class)
		LockStoreHealthIndicator asynclockHealthIndicator(LockStore store) {
			return new LockStoreHealthIndicator(store);
		}

	}

}
