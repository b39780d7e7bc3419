package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.redis.LockConnectionFactories;
import io.lettuce.core.resource.ClientResources;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The locks' own client of Redis, and its threads.
 *
 * <p>
 * Neither is a bean, though both are destroyed as if they were. A bean of the type
 * {@code RedisConnectionFactory} becomes part of the application's health, even if it is
 * no default candidate for injection; and it is stopped with the context, which may go on
 * after that.
 */
final class LockRedisConnection implements DisposableBean {

	private static final long SHUTDOWN_SECONDS = 2;

	private final ClientResources resources;

	private final LettuceConnectionFactory factory;

	private LockRedisConnection(ClientResources resources, LettuceConnectionFactory factory) {
		this.resources = resources;
		this.factory = factory;
	}

	/** Does not connect yet. */
	static LockRedisConnection to(RedisServers servers, Duration commandTimeout) {
		ClientResources resources = LockConnectionFactories.resources();
		try {
			return new LockRedisConnection(resources,
					LockConnectionFactories.create(servers.configuration(), servers.tls(), commandTimeout, resources));
		}
		catch (RuntimeException ex) {
			shutDown(resources);
			throw ex;
		}
	}

	LettuceConnectionFactory factory() {
		return this.factory;
	}

	@Override
	public void destroy() {
		this.factory.destroy();
		shutDown(this.resources);
	}

	private static void shutDown(ClientResources resources) {
		resources.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
			.awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
	}

}
