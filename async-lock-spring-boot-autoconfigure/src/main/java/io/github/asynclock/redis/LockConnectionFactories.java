package io.github.asynclock.redis;

import java.time.Duration;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Makes connection factories with what locks need of a client.
 */
public final class LockConnectionFactories {

	private LockConnectionFactories() {
	}

	/**
	 * Threads for locks alone: an application that blocks its own event loops must not
	 * stop renewals. To be shut down by the caller.
	 */
	public static ClientResources resources() {
		return DefaultClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
	}

	/**
	 * A factory for one server or, if the URI has sentinels, for what they watch; ready
	 * for use, not connected. To be destroyed by the caller, after the store that uses
	 * it.
	 */
	public static LettuceConnectionFactory create(RedisURI uri, Duration commandTimeout, ClientResources resources) {
		LettuceClientConfiguration.LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder()
			.clientResources(resources)
			.clientOptions(options(commandTimeout))
			.clientName("async-lock")
			.commandTimeout(commandTimeout);
		if (uri.isSsl()) {
			client.useSsl();
		}
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				LettuceConnectionFactory.createRedisConfiguration(uri), client.build());
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	/** The store itself connects again: it has to know what was outstanding. */
	private static ClientOptions options(Duration commandTimeout) {
		return ClientOptions.builder()
			.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.socketOptions(SocketOptions.builder().connectTimeout(commandTimeout).keepAlive(true).build())
			.build();
	}

}
