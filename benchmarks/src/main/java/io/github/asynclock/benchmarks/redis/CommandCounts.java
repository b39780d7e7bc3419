package io.github.asynclock.benchmarks.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * Counts what Redis was asked to do. {@code INFO commandstats} (as
 * {@code total_commands_processed}) has commands that scripts called as well as those
 * that clients sent; which are which is known by their names.
 */
final class CommandCounts implements AutoCloseable {

	private static final String PREFIX = "cmdstat_";

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private Map<String, Long> before = Map.of();

	CommandCounts(String url) {
		this.client = RedisClient.create(url);
		this.connection = this.client.connect();
	}

	String serverVersion() {
		return this.connection.sync()
			.info("server")
			.lines()
			.filter((line) -> line.startsWith("redis_version:"))
			.findFirst()
			.orElse("redis_version:unknown")
			.substring("redis_version:".length());
	}

	/** Begins to count. */
	void start() {
		this.before = calls();
	}

	/** How many of these there were since {@link #start}. */
	long count(Predicate<String> commands) {
		return calls().entrySet()
			.stream()
			.filter((entry) -> !entry.getKey().equals("info") && commands.test(entry.getKey()))
			.mapToLong((entry) -> entry.getValue() - this.before.getOrDefault(entry.getKey(), 0L))
			.sum();
	}

	private Map<String, Long> calls() {
		Map<String, Long> calls = new LinkedHashMap<>();
		this.connection.sync()
			.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith(PREFIX))
			.map((line) -> line.substring(PREFIX.length()).split("[:=,]"))
			.forEach((words) -> calls.put(words[0], Long.valueOf(words[2])));
		return calls;
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.close();
	}

}
