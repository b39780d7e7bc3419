package io.github.asynclock.redis;

import java.time.Duration;

/**
 * What may be set for locks on Redis, besides the connection.
 *
 * @param keyPrefix what all keys and channels begin with; no braces
 * @param commandTimeout after how long a command without an answer counts as unknown
 * @param pollInterval after how long a waiting instance asks again without a wake-up
 * @param localHandoffs how many grants in a row stay in one JVM while it has waiters, the
 * first included; 1 to 1024
 * @param localHandoffTime how long after it got a key a JVM may still start another of
 * its own callers; zero: never
 * @param minReplicas how many replicas must have acknowledged a grant; zero: do not ask
 * @param replicaTimeout how long to wait for them
 */
public record RedisSettings(String keyPrefix, Duration commandTimeout, Duration pollInterval, int localHandoffs,
		Duration localHandoffTime, int minReplicas, Duration replicaTimeout) {

	/** Ten years; in nanoseconds well within a {@code long}. */
	private static final Duration LONGEST = Duration.ofDays(3650);

	public RedisSettings {
		commandTimeout = atMost(commandTimeout);
		pollInterval = atMost(pollInterval);
		localHandoffTime = atMost(localHandoffTime);
		replicaTimeout = atMost(replicaTimeout);
	}

	private static Duration atMost(Duration duration) {
		return (duration.compareTo(LONGEST) < 0) ? duration : LONGEST;
	}

	/**
	 * What holds where nothing is set.
	 */
	public static RedisSettings defaults() {
		return new RedisSettings("async-lock", Duration.ofSeconds(2), Duration.ofSeconds(1), 64, Duration.ofMillis(20),
				0, Duration.ofMillis(100));
	}

	public RedisSettings withKeyPrefix(String keyPrefix) {
		return new RedisSettings(keyPrefix, this.commandTimeout, this.pollInterval, this.localHandoffs,
				this.localHandoffTime, this.minReplicas, this.replicaTimeout);
	}

	public RedisSettings withCommandTimeout(Duration commandTimeout) {
		return new RedisSettings(this.keyPrefix, commandTimeout, this.pollInterval, this.localHandoffs,
				this.localHandoffTime, this.minReplicas, this.replicaTimeout);
	}

	public RedisSettings withPollInterval(Duration pollInterval) {
		return new RedisSettings(this.keyPrefix, this.commandTimeout, pollInterval, this.localHandoffs,
				this.localHandoffTime, this.minReplicas, this.replicaTimeout);
	}

	/**
	 * @param count how many grants in a row stay in one JVM
	 * @param time until when after the first one
	 */
	public RedisSettings withLocalHandoffs(int count, Duration time) {
		return new RedisSettings(this.keyPrefix, this.commandTimeout, this.pollInterval, count, time, this.minReplicas,
				this.replicaTimeout);
	}

	/**
	 * @param count how many replicas must have acknowledged a grant
	 * @param timeout how long to wait for them
	 */
	public RedisSettings withMinReplicas(int count, Duration timeout) {
		return new RedisSettings(this.keyPrefix, this.commandTimeout, this.pollInterval, this.localHandoffs,
				this.localHandoffTime, count, timeout);
	}

}
