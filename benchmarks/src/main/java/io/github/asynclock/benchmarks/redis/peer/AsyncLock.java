package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.redis.LockConnectionFactories;
import io.github.asynclock.redis.RedisLockStore;
import io.github.asynclock.redis.RedisSettings;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * This library.
 */
class AsyncLock implements Peer {

	private final ClientResources resources;

	private final LettuceConnectionFactory factory;

	private final QueueingLockService service;

	AsyncLock(String url, Duration lease, int localHandoffs) {
		RedisSettings defaults = RedisSettings.defaults();
		RedisSettings settings = (localHandoffs == 0) ? defaults
				: defaults.withLocalHandoffs(localHandoffs, defaults.localHandoffTime());
		this.resources = LockConnectionFactories.resources();
		this.factory = LockConnectionFactories.create(RedisURI.create(url), settings.commandTimeout(), this.resources);
		RedisLockStore store = new RedisLockStore(this.factory, settings);
		store.awaitStart();
		this.service = QueueingLockService.builder(store).leaseTime(lease).waitTime(Patience.FULL).build();
	}

	@Override
	public void call(String key, Runnable action) {
		this.service.executeBlocking(LockRequest.of(key), (lease) -> {
			action.run();
			return null;
		});
	}

	/** For who waits for a future instead. */
	static AsyncLock future(String url, Duration lease) {
		return new AsyncLock(url, lease, 0) {

			@Override
			public void call(String key, Runnable action) {
				run(key, 0, () -> {
					action.run();
					return CompletableFuture.completedFuture(null);
				}).toCompletableFuture().join();
			}

		};
	}

	@Override
	public CompletionStage<?> run(String key, long task, Supplier<CompletableFuture<Void>> action) {
		return this.service.execute(key, action);
	}

	@Override
	public void close() {
		this.service.close();
		this.factory.destroy();
		this.resources.shutdown();
	}

}
