package io.github.asynclock.autoconfigure;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * What an application may set for its locks.
 *
 * @param provider Where locks are kept.
 * @param waitTime How long a caller may wait for a key. Zero means one try, no waiting.
 * @param leaseTime How long a lock outlives a holder that died. It is renewed while the
 * action runs. At least 100 ms.
 * @param maxWaitersPerKey How many callers may wait for one key at a time; more are
 * rejected. Zero means no limit.
 */
@ConfigurationProperties("async-lock")
record AsyncLockProperties(@DefaultValue("auto") Provider provider, @DefaultValue("30s") Duration waitTime,
		@DefaultValue("30s") Duration leaseTime, @DefaultValue("0") Integer maxWaitersPerKey) {

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

	/**
	 * Refuses values that bind but make no sense. Not done while binding: its errors
	 * would hide the property's name.
	 */
	void validate() {
		check(!this.waitTime.isNegative(), "wait-time", this.waitTime,
				"A caller cannot wait for less than no time. Give zero (one try, no waiting) or more, as in", "30s");
		check(this.leaseTime.compareTo(SHORTEST_LEASE) >= 0, "lease-time", this.leaseTime,
				"A lease under 100 ms cannot be renewed in time. Give 100 ms or more, as in", "30s");
		check(this.maxWaitersPerKey >= 0, "max-waiters-per-key", this.maxWaitersPerKey,
				"A limit cannot be negative. Give zero (no limit) or more, as in", "1000");
	}

	private static void check(boolean right, String name, Object value, String reason, String example) {
		if (!right) {
			String property = "async-lock." + name;
			throw new InvalidConfigurationPropertyValueException(property, value,
					reason + ": " + property + "=" + example);
		}
	}

}
