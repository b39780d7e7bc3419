package io.github.asynclock;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for: keys and how long to wait for and to hold them. Immutable; each
 * method that changes something gives a new request. A duration that was never set is
 * null and means the configured default.
 */
public final class LockRequest {

	private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

	private final List<String> keys;

	private final @Nullable String name;

	private final @Nullable Duration waitTime;

	private final @Nullable Duration leaseTime;

	private final @Nullable Duration holdAtMost;

	private final @Nullable Duration holdAtLeast;

	private final boolean skipOnTimeout;

	private final boolean releaseOnError;

	private LockRequest(List<String> keys, @Nullable String name, @Nullable Duration waitTime,
			@Nullable Duration leaseTime, @Nullable Duration holdAtMost, @Nullable Duration holdAtLeast,
			boolean skipOnTimeout, boolean releaseOnError) {
		this.keys = keys;
		this.name = name;
		this.waitTime = waitTime;
		this.leaseTime = leaseTime;
		this.holdAtMost = holdAtMost;
		this.holdAtLeast = holdAtLeast;
		this.skipOnTimeout = skipOnTimeout;
		this.releaseOnError = releaseOnError;
		if (holdAtMost != null && !holdAtMost.isZero() && holdAtLeast != null
				&& holdAtMost.compareTo(holdAtLeast) < 0) {
			throw new IllegalArgumentException("holdAtMost (" + holdAtMost + ") is shorter than holdAtLeast ("
					+ holdAtLeast + ") for " + keys + "; make it at least as long, or leave one of them out");
		}
	}

	/**
	 * A request for one or several keys.
	 * @param keys any text that is not blank; repeats count once
	 * @throws IllegalArgumentException if there is no key, or one is null, empty or blank
	 */
	public static LockRequest of(String... keys) {
		if (keys == null) {
			throw new IllegalArgumentException("keys is null; give at least one key");
		}
		return of(Arrays.asList(keys));
	}

	/**
	 * A request for one or several keys.
	 * @param keys any text that is not blank; repeats count once; copied
	 * @throws IllegalArgumentException if there is no key, or one is null, empty or blank
	 */
	public static LockRequest of(Collection<String> keys) {
		return new LockRequest(sorted(keys), null, null, null, null, null, false, false);
	}

	private static List<String> sorted(Collection<String> keys) {
		if (keys == null || keys.isEmpty()) {
			throw new IllegalArgumentException("keys is " + keys + "; give at least one key");
		}
		for (String key : keys) {
			requireKey(key, keys);
		}
		// String's own order is by code unit: the same in every JVM and locale.
		return List.copyOf((keys.size() == 1) ? keys : new TreeSet<>(keys));
	}

	private static void requireKey(@Nullable String key, Collection<String> keys) {
		if (key == null || key.isBlank()) {
			String found = (key == null) ? "null" : "\"" + key + "\"";
			throw new IllegalArgumentException(
					"A key is " + found + " in " + keys + "; a key must be text that is not blank");
		}
	}

	/**
	 * The same request for other keys: one request may serve as a template for many.
	 * @param keys any text that is not blank; repeats count once; copied
	 * @throws IllegalArgumentException if there is no key, or one is null, empty or blank
	 */
	public LockRequest forKeys(Collection<String> keys) {
		return new LockRequest(sorted(keys), this.name, this.waitTime, this.leaseTime, this.holdAtMost,
				this.holdAtLeast, this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request with a name for metrics, traces and listeners.
	 * @param name a name of low cardinality, not blank
	 */
	public LockRequest named(String name) {
		if (name == null || name.isBlank()) {
			throw new IllegalArgumentException("name is " + ((name == null) ? "null" : "\"" + name + "\"")
					+ "; it must be text that is not blank");
		}
		return new LockRequest(this.keys, name, this.waitTime, this.leaseTime, this.holdAtMost, this.holdAtLeast,
				this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request with a wait time: how long the caller may wait for all keys
	 * together.
	 * @param waitTime zero: one try, no waiting; null: the configured default, which is
	 * 30 s
	 * @throws IllegalArgumentException if it is negative
	 */
	public LockRequest waitingAtMost(@Nullable Duration waitTime) {
		return new LockRequest(this.keys, this.name, notNegative("waitTime", waitTime), this.leaseTime, this.holdAtMost,
				this.holdAtLeast, this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request with a lease time: how long the lock outlives a holder that died.
	 * It is renewed while the action runs, so it need not be as long as the action. A
	 * least hold that is longer ({@link #heldAtLeast}) counts instead, so that it
	 * outlives a holder that died, too.
	 * @param leaseTime at least 100 ms; null: the configured default, which is 30 s
	 * @throws IllegalArgumentException if it is negative or under 100 ms
	 */
	public LockRequest leasedFor(@Nullable Duration leaseTime) {
		notNegative("leaseTime", leaseTime);
		if (leaseTime != null && leaseTime.compareTo(SHORTEST_LEASE) < 0) {
			throw new IllegalArgumentException(
					"leaseTime is " + leaseTime + "; a lease must last at least 100 ms to be renewed in time");
		}
		return new LockRequest(this.keys, this.name, this.waitTime, leaseTime, this.holdAtMost, this.holdAtLeast,
				this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request with a limit: after this time, counted from the grant, the lease
	 * is lost on purpose. The result fails with {@link LockLostException}, a {@code Mono}
	 * is cancelled, a future is asked to cancel, and the keys are free for others.
	 * @param holdAtMost zero or null: no limit, the default
	 * @throws IllegalArgumentException if it is negative or shorter than the least hold
	 */
	public LockRequest heldAtMost(@Nullable Duration holdAtMost) {
		return new LockRequest(this.keys, this.name, this.waitTime, this.leaseTime,
				notNegative("holdAtMost", holdAtMost), this.holdAtLeast, this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request with a least hold: the keys stay taken this long from the grant,
	 * also where the action ends earlier or fails ({@link #releasedOnError} changes
	 * that). The caller has its result as soon as the action ends. Where locks are kept
	 * outside of the JVM it outlives the holder's crash, too: the lease is at least as
	 * long.
	 * <p>
	 * A key that the caller holds already is re-entered, and stays taken as long as this
	 * or its outer grant says, whichever is longer.
	 * @param holdAtLeast zero or null: not longer than the action, the default
	 * @throws IllegalArgumentException if it is negative or longer than the limit
	 */
	public LockRequest heldAtLeast(@Nullable Duration holdAtLeast) {
		return new LockRequest(this.keys, this.name, this.waitTime, this.leaseTime, this.holdAtMost,
				notNegative("holdAtLeast", holdAtLeast), this.skipOnTimeout, this.releaseOnError);
	}

	/**
	 * The same request, giving an empty result instead of {@link LockTimeoutException}
	 * when the wait time ends.
	 */
	public LockRequest orSkip() {
		return new LockRequest(this.keys, this.name, this.waitTime, this.leaseTime, this.holdAtMost, this.holdAtLeast,
				true, this.releaseOnError);
	}

	/**
	 * The same request, of which a failed action ends the least hold: the keys are free
	 * as soon as the action has thrown, or what it returned has ended with an error. A
	 * subscriber's cancel is no failure, and neither is a loss of the lease. Without a
	 * least hold it changes nothing.
	 * <p>
	 * The default is to hold on, as for an action that succeeded: an error does not say
	 * that nothing has happened.
	 */
	public LockRequest releasedOnError() {
		return new LockRequest(this.keys, this.name, this.waitTime, this.leaseTime, this.holdAtMost, this.holdAtLeast,
				this.skipOnTimeout, true);
	}

	private static @Nullable Duration notNegative(String what, @Nullable Duration duration) {
		if (duration != null && duration.isNegative()) {
			throw new IllegalArgumentException(what + " is " + duration + "; give a duration of zero or more");
		}
		return duration;
	}

	/**
	 * The keys, sorted by code unit, without repeats. Unmodifiable.
	 */
	public List<String> keys() {
		return this.keys;
	}

	/**
	 * The name; null if none was given.
	 */
	public @Nullable String name() {
		return this.name;
	}

	/**
	 * How long to wait; null means the configured default.
	 */
	public @Nullable Duration waitTime() {
		return this.waitTime;
	}

	/**
	 * How long the lock outlives a dead holder; null means the configured default.
	 */
	public @Nullable Duration leaseTime() {
		return this.leaseTime;
	}

	/**
	 * How long the action may hold; null or zero means no limit.
	 */
	public @Nullable Duration holdAtMost() {
		return this.holdAtMost;
	}

	/**
	 * How long the keys stay taken; null or zero means not longer than the action.
	 */
	public @Nullable Duration holdAtLeast() {
		return this.holdAtLeast;
	}

	/**
	 * Whether a timeout gives an empty result instead of an error.
	 */
	public boolean skipOnTimeout() {
		return this.skipOnTimeout;
	}

	/**
	 * Whether a failed action ends the least hold.
	 */
	public boolean releaseOnError() {
		return this.releaseOnError;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof LockRequest that && this.keys.equals(that.keys) && Objects.equals(this.name, that.name)
				&& Objects.equals(this.waitTime, that.waitTime) && Objects.equals(this.leaseTime, that.leaseTime)
				&& Objects.equals(this.holdAtMost, that.holdAtMost)
				&& Objects.equals(this.holdAtLeast, that.holdAtLeast) && this.skipOnTimeout == that.skipOnTimeout
				&& this.releaseOnError == that.releaseOnError;
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.keys, this.name, this.waitTime, this.leaseTime, this.holdAtMost, this.holdAtLeast,
				this.skipOnTimeout, this.releaseOnError);
	}

	@Override
	public String toString() {
		return "LockRequest[keys=" + this.keys + ", name=" + this.name + ", waitTime=" + this.waitTime + ", leaseTime="
				+ this.leaseTime + ", holdAtMost=" + this.holdAtMost + ", holdAtLeast=" + this.holdAtLeast
				+ ", skipOnTimeout=" + this.skipOnTimeout + ", releaseOnError=" + this.releaseOnError + "]";
	}

}
