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
import org.springframework.core.env.Environment;
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
			Environment environment, BeanFactory beans) {
		boolean own = !(details instanceof PropertiesRedisConnectionDetails);
		BuildTimeChoice.requireRedis(OnRedis.decide(environment, own));
		AsyncLockProperties.Redis redis = properties.redis();
		redis.validate();
		RedisServers given = RedisServers.of(details);
		RedisServers servers = (given != null) ? given : applicationsOwn(beans);
		PropertyCheck.that(redis.minReplicas() == 0 || !servers.isCluster(), "redis.min-replicas", redis.minReplicas(),
				"A Redis Cluster cannot be asked which replicas have a grant. Leave it at", "0");
		return LockRedisConnection.to(servers, redis.commandTimeout());
	}

	private static RedisServers applicationsOwn(BeanFactory beans) {
		if (!ClassUtils.isPresent(BOOTS_MODULE, beans.getClass().getClassLoader())) {
			throw ApplicationRedis.missing();
		}
		return ApplicationRedis.servers(beans);
	}

	@Bean
	RedisLockStore lockStore(LockRedisConnection connection, AsyncLockProperties properties) {
		RedisLockStore store = new RedisLockStore(connection.factory(), settings(properties.redis()));
		store.start();
		return store;
	}

	private static RedisSettings settings(AsyncLockProperties.Redis redis) {
		return new RedisSettings(redis.keyPrefix(), redis.commandTimeout(), redis.pollInterval(), redis.localHandoffs(),
				redis.localHandoffTime(), redis.minReplicas(), redis.replicaTimeout());
	}

	/**
	 * When all beans are there: connecting does not hold them up, and a refusal closes
	 * what was opened.
	 */
	@Bean
	SmartInitializingSingleton lockStoreStart(RedisLockStore store) {
		return store::awaitStart;
	}

}
