package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an application may set for its locks.
 *
 * @param provider Where locks are kept.
 * @param waitTime How long a caller may wait for a key. Zero means one try, no waiting.
 * @param leaseTime How long a lock outlives a holder that died. It is renewed while the
 * action runs. At least 100 ms.
 * @param maxWaitersPerKey How many callers may wait for one key at a time; more are
 * rejected. Zero means no limit.
 * @param releaseAfterTransaction Whether a lock that is taken inside a running
 * transaction is released only after that has completed. If false, others may read what
 * was there before the commit.
 * @param heldWarning After how long a lock that is still held is warned of in the log,
 * once. Empty means never.
 * @param metrics Metrics and traces.
 * @param redis Locks on Redis.
 */
@ConfigurationProperties("async-lock")
record AsyncLockProperties(@DefaultValue("auto") Provider provider, @DefaultValue("30s") Duration waitTime,
		@DefaultValue("30s") Duration leaseTime, @DefaultValue("0") Integer maxWaitersPerKey,
		@DefaultValue("true") Boolean releaseAfterTransaction, @Nullable Duration heldWarning,
		@DefaultValue Metrics metrics, @DefaultValue Redis redis) {

	static final String REDIS_URL = "async-lock.redis.url";

	static final String REDIS_NODES = "async-lock.redis.cluster.nodes";

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	/** Where locks are kept. */
	enum Provider {

		/** Redis where it is configured, else this JVM. */
		AUTO,

		/** This JVM. */
		LOCAL,

		/** Redis. */
		REDIS

	}

	/** Refuses what makes no sense. */
	void validate() {
		PropertyCheck.that(!this.waitTime.isNegative(), "wait-time", this.waitTime,
				"A caller cannot wait for less than no time. Give zero (one try, no waiting) or more, as in", "30s");
		PropertyCheck.that(this.leaseTime.compareTo(SHORTEST_LEASE) >= 0, "lease-time", this.leaseTime,
				"A lease under 100 ms cannot be renewed in time. Give 100 ms or more, as in", "30s");
		PropertyCheck.that(this.maxWaitersPerKey >= 0, "max-waiters-per-key", this.maxWaitersPerKey,
				"A limit cannot be negative. Give zero (no limit) or more, as in", "1000");
		if (this.heldWarning != null) {
			PropertyCheck.that(this.heldWarning.compareTo(Duration.ZERO) > 0, "held-warning", this.heldWarning,
					"A lock cannot be held for less than no time. Give more than zero, or nothing for never, as in",
					"1m");
		}
	}

	/**
	 * Metrics and traces.
	 *
	 * @param enabled Whether there are metrics and traces of locks, where Micrometer is
	 * there.
	 */
	record Metrics(@DefaultValue("true") Boolean enabled) {

	}

	/**
	 * Locks on Redis.
	 *
	 * @param url Where Redis is, as Lettuce spells it: redis://, rediss:// (TLS),
	 * redis-sentinel:// or redis-socket://. Empty counts as absent.
	 * @param cluster Redis Cluster.
	 * @param username User to log in as. Wins over the URL's.
	 * @param password Password to log in with. Wins over the URL's.
	 * @param ssl Encryption.
	 * @param keyPrefix What the names of all keys and channels in Redis begin with. No
	 * braces, no whitespace.
	 * @param commandTimeout After how long a command without an answer counts as failed,
	 * and how long connecting may take.
	 * @param pollInterval After how long a waiting instance asks again without having
	 * been woken up.
	 * @param localHandoffs How many grants of a key in a row stay in one instance while
	 * others wait for it, the first included. 1 to 1024.
	 * @param localHandoffTime How long after it got a key an instance may start another
	 * of its own callers while others wait. Zero means never.
	 * @param minReplicas How many replicas must have acknowledged a grant; with fewer, it
	 * is given back. Zero means none.
	 * @param replicaTimeout How long to wait for them.
	 */
	record Redis(@Nullable String url, @DefaultValue Cluster cluster, @Nullable String username,
			@Nullable String password, @DefaultValue Ssl ssl, @DefaultValue(DEFAULT_PREFIX) String keyPrefix,
			@DefaultValue("2s") Duration commandTimeout, @DefaultValue("1s") Duration pollInterval,
			@DefaultValue("64") Integer localHandoffs, @DefaultValue("20ms") Duration localHandoffTime,
			@DefaultValue("0") Integer minReplicas, @DefaultValue("100ms") Duration replicaTimeout) {

		private static final String DEFAULT_PREFIX = "async-lock";

		private static final Duration SHORTEST = Duration.ofMillis(1);

		private static final int MOST_HANDOFFS = 1024;

		Redis {
			keyPrefix = keyPrefix.isEmpty() ? DEFAULT_PREFIX : keyPrefix;
		}

		/** Refuses what makes no sense, the connection's properties aside. */
		void validate() {
			PropertyCheck.that(isPrefix(this.keyPrefix), "redis.key-prefix", this.keyPrefix,
					"Braces would decide in which slot of a Cluster a key is, and whitespace is a mistake. Give a word "
							+ "without either, as in",
					DEFAULT_PREFIX);
			checkTime("redis.command-timeout", this.commandTimeout, "2s");
			checkTime("redis.poll-interval", this.pollInterval, "1s");
			PropertyCheck.that(this.localHandoffs >= 1 && this.localHandoffs <= MOST_HANDOFFS, "redis.local-handoffs",
					this.localHandoffs,
					"A grant counts itself, and fencing tokens have room for 1024. Give 1 (none) to 1024, as in", "64");
			PropertyCheck.that(!this.localHandoffTime.isNegative(), "redis.local-handoff-time", this.localHandoffTime,
					"A time cannot be negative. Give zero (never) or more, as in", "20ms");
			PropertyCheck.that(this.minReplicas >= 0, "redis.min-replicas", this.minReplicas,
					"A number of replicas cannot be negative. Give zero (do not ask) or more, as in", "1");
			checkTime("redis.replica-timeout", this.replicaTimeout, "100ms");
		}

		private static boolean isPrefix(String text) {
			return !text.isEmpty() && text.codePoints()
				.noneMatch((c) -> c == '{' || c == '}' || Character.isWhitespace(c) || Character.isISOControl(c));
		}

		private static void checkTime(String name, Duration value, String example) {
			PropertyCheck.that(value.compareTo(SHORTEST) >= 0, name, value,
					"Under 1 ms nothing is ever in time. Give 1 ms or more, as in", example);
		}

		/** Not the record's own, which would show the password, also that of the URL. */
		@Override
		public String toString() {
			return "Redis[keyPrefix=" + this.keyPrefix + "]";
		}

		/**
		 * Redis Cluster.
		 *
		 * @param nodes Some nodes of the Cluster, as host:port. Takes the place of a URL.
		 */
		record Cluster(@DefaultValue List<String> nodes) {

		}

		/**
		 * Encryption.
		 *
		 * @param bundle Name of the SSL bundle (spring.ssl.bundle.*) to connect with.
		 * Switches TLS on.
		 */
		record Ssl(@Nullable String bundle) {

		}

	}

}
