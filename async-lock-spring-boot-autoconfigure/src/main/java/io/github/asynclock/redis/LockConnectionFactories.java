package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Makes connection factories with what locks need of a client.
 */
public final class LockConnectionFactories {

	private static final String CLIENT_NAME = "async-lock";

	private static final Duration RECONNECT_DELAY = Duration.ofSeconds(1);

	private static final Duration TOPOLOGY_PERIOD = Duration.ofSeconds(10);

	private LockConnectionFactories() {
	}

	/**
	 * Threads for locks alone: an application that blocks its own event loops must not
	 * stop renewals. To be shut down by the caller.
	 */
	public static ClientResources resources() {
		return DefaultClientResources.builder()
			.ioThreadPoolSize(2)
			.computationThreadPoolSize(2)
			.reconnectDelay(Delay.exponential(1, RECONNECT_DELAY.toMillis(), TimeUnit.MILLISECONDS, 2))
			.commandLatencyRecorder(CommandLatencyRecorder.disabled())
			.nettyCustomizer(new FewerFlushes())
			.build();
	}

	/**
	 * A factory for what a URI names, as in
	 * {@link #create(RedisConfiguration, RedisTls, Duration, ClientResources)}.
	 */
	public static LettuceConnectionFactory create(RedisURI uri, Duration commandTimeout, ClientResources resources) {
		return create(LettuceConnectionFactory.createRedisConfiguration(uri), RedisTls.of(uri), commandTimeout,
				resources);
	}

	/**
	 * A factory for one server, a Unix socket, a Cluster or what sentinels watch; ready
	 * for use, not connected. To be destroyed by the caller, after the store that uses
	 * it.
	 * @param servers where Redis is, with database and credentials
	 * @param tls null: none
	 * @param commandTimeout also how long a connect may take
	 * @param resources not closed by the factory
	 */
	public static LettuceConnectionFactory create(RedisConfiguration servers, @Nullable RedisTls tls,
			Duration commandTimeout, ClientResources resources) {
		LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.clientResources(resources)
			.clientOptions(clientOptions(servers, tls, commandTimeout))
			.clientName(CLIENT_NAME)
			.commandTimeout(commandTimeout);
		if (tls != null) {
			tls.applyTo(client);
		}
		LettuceConnectionFactory factory = new LettuceConnectionFactory(servers, client.build());
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	private static ClientOptions clientOptions(RedisConfiguration servers, @Nullable RedisTls tls,
			Duration commandTimeout) {
		boolean cluster = RedisConfiguration.isClusterConfiguration(servers);
		ClientOptions.Builder options = cluster ? cluster() : ClientOptions.builder();
		// In a Cluster the client knows which node a key has moved to. Else the store
		// itself connects again: it has to know what was outstanding.
		options.autoReconnect(cluster)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			// The store has its own, as it has to tell what was sent from what was not.
			.timeoutOptions(TimeoutOptions.create())
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.socketOptions(SocketOptions.builder().connectTimeout(commandTimeout).keepAlive(true).build());
		if (tls != null) {
			options.sslOptions(tls.options());
		}
		return options.build();
	}

	private static ClusterClientOptions.Builder cluster() {
		return ClusterClientOptions.builder()
			.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.enableAllAdaptiveRefreshTriggers()
				.adaptiveRefreshTriggersTimeout(RECONNECT_DELAY)
				.enablePeriodicRefresh(TOPOLOGY_PERIOD)
				.build());
	}

}
