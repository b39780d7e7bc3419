package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.github.asynclock.core.QueueingLockService;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A lock service of this JVM on a server of the test's own, with all that has to be
 * closed with it.
 */
final class OwnStore implements AutoCloseable {

	private final ClientResources resources = LockConnectionFactories.resources();

	private final LettuceConnectionFactory factory;

	private final String prefix;

	private final String url;

	private final UnaryOperator<RedisSettings> settings;

	private final QueueingLockService service;

	OwnStore(String url, UnaryOperator<RedisSettings> settings) {
		this(url, settings, (builder) -> builder);
	}

	OwnStore(String url, UnaryOperator<RedisSettings> settings,
			UnaryOperator<QueueingLockService.Builder> serviceSettings) {
		this(url, TestRedis.randomPrefix(), settings, serviceSettings);
	}

	private OwnStore(String url, String prefix, UnaryOperator<RedisSettings> settings,
			UnaryOperator<QueueingLockService.Builder> serviceSettings) {
		this.url = url;
		this.prefix = prefix;
		this.settings = settings;
		// Not the fleet's: the first connection of a JVM takes its time.
		Duration timeout = Duration.ofSeconds(2);
		this.factory = LockConnectionFactories.create(RedisURI.create(url), timeout, this.resources);
		RedisLockStore store = new RedisLockStore(this.factory,
				settings.apply(RedisSettings.defaults()
					.withKeyPrefix(prefix)
					.withCommandTimeout(timeout)
					.withPollInterval(Duration.ofMillis(Fleet.POLL_MILLIS))));
		try {
			store.awaitStart();
		}
		catch (RuntimeException ex) {
			store.close();
			destroy();
			throw ex;
		}
		this.service = serviceSettings
			.apply(QueueingLockService.builder(store)
				.leaseTime(Duration.ofMillis(Fleet.LEASE_MILLIS))
				.waitTime(Duration.ofSeconds(10)))
			.build();
	}

	/** Another instance with the same keys. */
	OwnStore beside() {
		return new OwnStore(this.url, this.prefix, this.settings, (builder) -> builder);
	}

	QueueingLockService service() {
		return this.service;
	}

	String prefix() {
		return this.prefix;
	}

	@Override
	public void close() {
		this.service.close();
		destroy();
	}

	private void destroy() {
		this.factory.destroy();
		this.resources.shutdown(0, 1, TimeUnit.SECONDS);
	}

}
