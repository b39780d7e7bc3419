package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * Redisson's locks, with its watchdog, as {@code lock()} has it. A task counts as a
 * thread.
 */
final class RedissonLock implements Peer {

	private final RedissonClient client;

	private final boolean fair;

	RedissonLock(String url, Duration lease, boolean fair) {
		Config config = new Config();
		config.setLockWatchdogTimeout(lease.toMillis());
		config.useSingleServer().setAddress(url);
		this.client = Redisson.create(config);
		this.fair = fair;
	}

	@Override
	public void call(String key, Runnable action) {
		RLock lock = lock(key);
		lock.lock();
		try {
			action.run();
		}
		finally {
			lock.unlock();
		}
	}

	@Override
	public CompletionStage<?> run(String key, long task, Supplier<CompletableFuture<Void>> action) {
		RLock lock = lock(key);
		return lock.lockAsync(task).thenCompose((locked) -> action.get()).thenCompose((done) -> lock.unlockAsync(task));
	}

	private RLock lock(String key) {
		return this.fair ? this.client.getFairLock(key) : this.client.getLock(key);
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
