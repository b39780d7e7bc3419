package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Who takes part.
 */
public enum Contestant {

	/** This library as it comes. */
	ASYNC_LOCK("async-lock", (url, lease) -> new AsyncLock(url, lease, 0)),

	/** This library, asking Redis for each grant. */
	ASYNC_LOCK_ONE_HANDOFF("async-lock, `local-handoffs=1`", (url, lease) -> new AsyncLock(url, lease, 1)),

	/** This library, where a thread waits for the future that it gives. */
	ASYNC_LOCK_FUTURE("async-lock, `execute(...).join()`", AsyncLock::future),

	/** Lettuce alone: what two commands cost. */
	RAW("raw Lettuce", RawLettuce::new, "set"),

	/** Redisson's usual lock. */
	RLOCK("`RLock`", (url, lease) -> new RedissonLock(url, lease, false)),

	/** Redisson's fair lock. */
	RFAIR_LOCK("`RFairLock`", (url, lease) -> new RedissonLock(url, lease, true)),

	/** Spring Integration's registry with its default, the spin lock. */
	SPRING_INTEGRATION("Spring Integration, spin", SpringIntegration::new),

	/** lock4j on Spring Data Redis. */
	LOCK4J("lock4j", Lock4j::new);

	private static final Set<String> SENT_BY_ALL = Set.of("eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "wait",
			"subscribe", "unsubscribe", "ssubscribe", "sunsubscribe", "ping", "hello", "client|setinfo");

	private final String label;

	private final BiFunction<String, Duration, Peer> open;

	private final Set<String> commands;

	Contestant(String label, BiFunction<String, Duration, Peer> open, String... commands) {
		this.label = label;
		this.open = open;
		this.commands = Set.of(commands);
	}

	/**
	 * Connects.
	 * @param lease how long a lock outlives a dead holder
	 */
	public Peer open(String url, Duration lease) {
		return this.open.apply(url, lease);
	}

	/**
	 * Whether it sends this command itself. If not, one of its scripts called it: Redis
	 * counts both.
	 */
	public boolean sends(String command) {
		return SENT_BY_ALL.contains(command) || this.commands.contains(command);
	}

	@Override
	public String toString() {
		return this.label;
	}

}
