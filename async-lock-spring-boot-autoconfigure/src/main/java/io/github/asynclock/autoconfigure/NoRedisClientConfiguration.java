package io.github.asynclock.autoconfigure;

import io.github.asynclock.core.LockStore;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * Fails the start of an application that asks for locks in Redis and has no client of it:
 * with a lock per JVM instead, its instances would not exclude each other.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(OnRedis.class)
@ConditionalOnMissingBean(LockStore.class)
class NoRedisClientConfiguration {

	@Bean
	LockStore lockStore(AsyncLockProperties properties) {
		boolean asked = properties.provider() == AsyncLockProperties.Provider.REDIS;
		throw new RedisConfigurationException(asked ? "async-lock.provider" : "async-lock.redis",
				"Locks are to be kept in Redis, but Spring Data Redis and Lettuce are not both on the class path",
				"add org.springframework.data:spring-data-redis and io.lettuce:lettuce-core (the starter brings both), "
						+ "or lock within one JVM: async-lock.provider=local");
	}

}
