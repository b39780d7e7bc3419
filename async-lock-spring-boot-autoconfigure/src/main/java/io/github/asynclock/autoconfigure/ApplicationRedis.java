package io.github.asynclock.autoconfigure;

import java.util.List;

import io.github.asynclock.redis.RedisTls;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Node;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Sentinel;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;

/**
 * The application's own Redis, as Boot's module knows it: what it connects to is shared,
 * the connection is not.
 */
final class ApplicationRedis {

	private static final String PROVIDER = "async-lock.provider";

	private final DataRedisConnectionDetails details;

	private final @Nullable String url;

	private ApplicationRedis(DataRedisConnectionDetails details, @Nullable String url) {
		this.details = details;
		this.url = url;
	}

	/**
	 * @throws RedisConfigurationException if there is none, or one that locks cannot use
	 */
	static RedisServers servers(BeanFactory beans) {
		DataRedisConnectionDetails details = beans.getBeanProvider(DataRedisConnectionDetails.class).getIfAvailable();
		if (details == null) {
			throw missing();
		}
		DataRedisProperties properties = beans.getBeanProvider(DataRedisProperties.class).getIfAvailable();
		ApplicationRedis redis = new ApplicationRedis(details, (properties != null) ? properties.getUrl() : null);
		return new RedisServers(redis.configuration(), RedisServers.tls(redis.tls(), details.getSslBundle()));
	}

	/** Also thrown where the class path lacks Boot's module. */
	static RedisConfigurationException missing() {
		return new RedisConfigurationException(PROVIDER,
				"Locks are to be kept in Redis, neither " + AsyncLockProperties.REDIS_URL + " nor "
						+ AsyncLockProperties.REDIS_NODES
						+ " is set, and the application has no Redis of its own that could be used",
				"say where Redis is: " + AsyncLockProperties.REDIS_URL
						+ "=redis://localhost:6379, or add Boot's Redis module "
						+ "(org.springframework.boot:spring-boot-starter-data-redis), whose spring.data.redis.* "
						+ "properties are used then");
	}

	private RedisConfiguration configuration() {
		if (this.details.getMasterReplica() != null) {
			throw new RedisConfigurationException(PROVIDER,
					"It is 'redis', and the application's own Redis is a fixed list of a master and its replicas "
							+ "(spring.data.redis.masterreplica), of which locks cannot tell the master after a failover",
					"say where the master is: " + AsyncLockProperties.REDIS_URL + "=redis://localhost:6379");
		}
		RedisConfiguration configuration = where();
		WithAuthentication login = (WithAuthentication) configuration;
		login.setUsername(this.details.getUsername());
		login.setPassword(RedisPassword.of(this.details.getPassword()));
		return configuration;
	}

	/** In Boot's order. */
	private RedisConfiguration where() {
		Sentinel sentinel = this.details.getSentinel();
		if (sentinel != null) {
			return sentinels(sentinel);
		}
		DataRedisConnectionDetails.Cluster cluster = this.details.getCluster();
		if (cluster != null) {
			return cluster(cluster.getNodes());
		}
		Standalone server = this.details.getStandalone();
		if (server == null) {
			throw missing();
		}
		return server(server);
	}

	private static RedisSentinelConfiguration sentinels(Sentinel sentinel) {
		RedisSentinelConfiguration configuration = new RedisSentinelConfiguration().master(sentinel.getMaster());
		sentinel.getNodes().forEach((node) -> configuration.sentinel(node.host(), node.port()));
		configuration.setSentinelUsername(sentinel.getUsername());
		configuration.setSentinelPassword(RedisPassword.of(sentinel.getPassword()));
		configuration.setDatabase(sentinel.getDatabase());
		return configuration;
	}

	private static RedisClusterConfiguration cluster(List<Node> nodes) {
		RedisClusterConfiguration configuration = new RedisClusterConfiguration();
		nodes.forEach((node) -> configuration.clusterNode(node.host(), node.port()));
		return configuration;
	}

	private static RedisStandaloneConfiguration server(Standalone server) {
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(server.getHost(),
				server.getPort());
		configuration.setDatabase(server.getDatabase());
		return configuration;
	}

	/** The details know of a bundle only; of the URL, Boot itself asks the property. */
	private @Nullable RedisTls tls() {
		return (this.url != null && this.url.startsWith("rediss:")) ? RedisTls.with(SslOptions.create()) : null;
	}

}
