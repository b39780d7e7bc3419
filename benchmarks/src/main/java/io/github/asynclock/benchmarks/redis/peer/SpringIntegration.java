package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.concurrent.locks.Lock;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;

/**
 * Spring Integration's {@code RedisLockRegistry} as it comes: threads of one JVM wait for
 * a {@code ReentrantLock}, the first of them tries again every 100 ms.
 */
final class SpringIntegration implements Peer {

	private final LettuceConnectionFactory factory;

	private final RedisLockRegistry registry;

	SpringIntegration(String url, Duration lease) {
		this.factory = SpringData.connect(url);
		this.registry = new RedisLockRegistry(this.factory, "spring-integration", lease);
	}

	@Override
	public boolean needsThreads() {
		return true;
	}

	@Override
	public void call(String key, Runnable action) {
		Lock lock = this.registry.obtain(key);
		lock.lock();
		try {
			action.run();
		}
		finally {
			lock.unlock();
		}
	}

	@Override
	public void close() {
		this.registry.destroy();
		this.factory.destroy();
	}

}
