package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * The least that a lock on Redis can be: SET NX PX, and a script that deletes what is
 * still ours. It cannot wait.
 */
public final class RawLettuce implements Peer {

	private static final String RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private final String release;

	private final SetArgs absent;

	private final String owner = UUID.randomUUID() + ":";

	private final AtomicLong calls = new AtomicLong();

	RawLettuce(String url, Duration lease) {
		this.client = RedisClient.create(url);
		this.connection = this.client.connect();
		this.release = this.connection.sync().scriptLoad(RELEASE);
		this.absent = SetArgs.Builder.nx().px(lease.toMillis());
	}

	@Override
	public void call(String key, Runnable action) {
		String value = this.owner + this.calls.incrementAndGet();
		requireFree(key, this.connection.sync().set(key, value, this.absent));
		action.run();
		requireMine(key, this.connection.sync().evalsha(this.release, ScriptOutputType.INTEGER, keys(key), value));
	}

	@Override
	public CompletionStage<?> run(String key, long task, Supplier<CompletableFuture<Void>> action) {
		String value = this.owner + this.calls.incrementAndGet();
		return this.connection.async().set(key, value, this.absent).thenCompose((found) -> {
			requireFree(key, found);
			return action.get();
		})
			.thenCompose((done) -> this.connection.async()
				.<Long>evalsha(this.release, ScriptOutputType.INTEGER, keys(key), value))
			.thenAccept((deleted) -> requireMine(key, deleted));
	}

	/**
	 * One round trip.
	 */
	public void ping() {
		this.connection.sync().ping();
	}

	private static String[] keys(String key) {
		return new String[] { key };
	}

	private static void requireFree(String key, String answer) {
		if (answer == null) {
			throw new IllegalStateException(key + " is taken");
		}
	}

	private static void requireMine(String key, Long deleted) {
		if (deleted != 1) {
			throw new IllegalStateException(key + " was lost");
		}
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

}
