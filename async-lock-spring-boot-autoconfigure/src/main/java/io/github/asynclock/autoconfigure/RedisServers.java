package io.github.asynclock.autoconfigure;

import io.github.asynclock.redis.RedisTls;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * What to connect to.
 *
 * @param configuration where, with database and credentials
 * @param tls null: none
 */
record RedisServers(RedisConfiguration configuration, @Nullable RedisTls tls) {

	boolean isCluster() {
		return RedisConfiguration.isClusterConfiguration(this.configuration);
	}

	/**
	 * What connection details say; null if neither URL nor nodes.
	 */
	static @Nullable RedisServers of(AsyncLockRedisConnectionDetails details) {
		String url = details.getUrl();
		if (StringUtils.hasText(url)) {
			return ofUrl(url.strip(), details);
		}
		return details.getClusterNodes().isEmpty() ? null : ofNodes(details);
	}

	private static RedisServers ofUrl(String url, AsyncLockRedisConnectionDetails details) {
		RedisURI uri = RedisUrl.parse(url);
		RedisConfiguration configuration = LettuceConnectionFactory.createRedisConfiguration(uri);
		if (configuration instanceof RedisSentinelConfiguration sentinels) {
			logInToSentinels(sentinels, details);
		}
		logIn(configuration, details);
		return new RedisServers(configuration, tls(RedisTls.of(uri), details.getSslBundle()));
	}

	private static RedisServers ofNodes(AsyncLockRedisConnectionDetails details) {
		RedisClusterConfiguration cluster = new RedisClusterConfiguration();
		details.getClusterNodes().stream().map(RedisServers::node).forEach(cluster::addClusterNode);
		logIn(cluster, details);
		return new RedisServers(cluster, tls(null, details.getSslBundle()));
	}

	private static RedisNode node(String text) {
		HostPort node = HostPort.parse(text.strip());
		if (node == null) {
			throw new RedisConfigurationException(AsyncLockProperties.REDIS_NODES,
					"A node has to be a host, or a host, a colon and a port from 1 to 65535",
					"give nodes of the Cluster: " + AsyncLockProperties.REDIS_NODES + "=host1:6379,host2:6379");
		}
		return new RedisNode(node.host(), node.portOr(RedisURI.DEFAULT_REDIS_PORT));
	}

	private static void logIn(RedisConfiguration configuration, AsyncLockRedisConnectionDetails details) {
		WithAuthentication login = (WithAuthentication) configuration;
		if (StringUtils.hasText(details.getUsername())) {
			login.setUsername(details.getUsername());
		}
		if (StringUtils.hasLength(details.getPassword())) {
			login.setPassword(RedisPassword.of(details.getPassword()));
		}
	}

	private static void logInToSentinels(RedisSentinelConfiguration sentinels,
			AsyncLockRedisConnectionDetails details) {
		if (StringUtils.hasText(details.getSentinelUsername())) {
			sentinels.setSentinelUsername(details.getSentinelUsername());
		}
		if (StringUtils.hasLength(details.getSentinelPassword())) {
			sentinels.setSentinelPassword(RedisPassword.of(details.getSentinelPassword()));
		}
	}

	/**
	 * A bundle switches TLS on, and takes the place of what the JVM trusts.
	 */
	static @Nullable RedisTls tls(@Nullable RedisTls asked, @Nullable SslBundle bundle) {
		if (bundle == null) {
			return asked;
		}
		SslOptions.Builder options = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			options.cipherSuites(ciphers);
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			options.protocols(protocols);
		}
		return (asked != null) ? asked.withOptions(options.build()) : RedisTls.with(options.build());
	}

}
