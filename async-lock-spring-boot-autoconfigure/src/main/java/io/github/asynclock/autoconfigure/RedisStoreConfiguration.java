package io.github.asynclock.autoconfigure;

import io.github.asynclock.core.LockStore;
import io.github.asynclock.redis.RedisLockStore;
import io.github.asynclock.redis.RedisSettings;
import io.lettuce.core.RedisClient;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Locks in Redis.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(OnRedis.class)
@ConditionalOnClass({ RedisClient.class, LettuceConnectionFactory.class })
@ConditionalOnMissingBean(LockStore.class)
class RedisStoreConfiguration {

	private static final String BOOTS_MODULE = "org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails";

	@Bean
	@ConditionalOnMissingBean(AsyncLockRedisConnectionDetails.class)
	PropertiesRedisConnectionDetails lockRedisConnectionDetails(AsyncLockProperties properties,
			ObjectProvider<SslBundles> bundles) {
		return new PropertiesRedisConnectionDetails(properties.redis(), bundles.getIfAvailable());
	}

	@Bean
	LockRedisConnection lockRedisConnection(AsyncLockRedisConnectionDetails details, AsyncLockProperties properties,
			BeanFactory beans) {
		properties.redis().validate();
		RedisServers servers = RedisServers.of(details);
		return LockRedisConnection.to((servers != null) ? servers : applicationsOwn(beans),
				properties.redis().commandTimeout());
	}

	private static RedisServers applicationsOwn(BeanFactory beans) {
		if (!ClassUtils.isPresent(BOOTS_MODULE, beans.getClass().getClassLoader())) {
			throw ApplicationRedis.missing();
		}
		return ApplicationRedis.servers(beans);
	}

	@Bean
	RedisLockStore lockStore(LockRedisConnection connection, AsyncLockProperties properties) {
		return new RedisLockStore(connection.factory(), settings(properties.redis()));
	}

	private static RedisSettings settings(AsyncLockProperties.Redis redis) {
		return new RedisSettings(redis.keyPrefix(), redis.commandTimeout(), redis.pollInterval(), redis.localHandoffs(),
				redis.localHandoffTime(), redis.minReplicas(), redis.replicaTimeout());
	}

	/** When all beans are there, so that a refusal closes what was opened. */
	@Bean
	SmartInitializingSingleton lockStoreStart(RedisLockStore store) {
		return store::awaitStart;
	}

}
