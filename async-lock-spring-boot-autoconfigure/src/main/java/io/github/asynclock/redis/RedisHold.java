package io.github.asynclock.redis;

import java.time.Duration;

/**
 * A key that Redis has granted to this JVM, with all hand-overs since.
 */
final class RedisHold {

	final KeyName name;

	final long counter;

	final String epoch;

	final long leaseMillis;

	/** When this JVM got it, for hand-overs. */
	final long since;

	private final String instance;

	private volatile long deadline;

	private volatile boolean dirty;

	private boolean lost;

	/**
	 * @param countsFrom a time that was before the grant; the lease is counted from there
	 * @param since when this JVM got it
	 */
	RedisHold(KeyName name, String instance, long counter, String epoch, long leaseMillis, long countsFrom,
			long since) {
		this.name = name;
		this.instance = instance;
		this.counter = counter;
		this.epoch = epoch;
		this.leaseMillis = leaseMillis;
		this.since = since;
		this.deadline = countsFrom + usableNanos(leaseMillis);
	}

	/**
	 * How much of a lease this JVM may use, from before the command was sent: clocks do
	 * not run equally fast.
	 */
	static long usableNanos(long leaseMillis) {
		return (leaseMillis - leaseMillis / 100 - 10) * 1_000_000;
	}

	/** What Redis has as the owner. */
	String owner() {
		return "h:" + this.instance + ":" + this.counter + ":" + this.epoch + ":" + this.leaseMillis;
	}

	Duration lease() {
		return Duration.ofMillis(this.leaseMillis);
	}

	long deadline() {
		return this.deadline;
	}

	/**
	 * A renewal that was sent at this time was executed.
	 */
	synchronized void renewed(long sentAt) {
		if (this.lost) {
			return;
		}
		long until = sentAt + usableNanos(this.leaseMillis);
		if (until - this.deadline > 0) {
			this.deadline = until;
		}
	}

	/**
	 * Redis no longer has it; that is final, whatever is answered to earlier renewals.
	 */
	synchronized void lost() {
		this.lost = true;
		this.dirty = true;
		this.deadline = System.nanoTime();
	}

	/**
	 * A command for it may be executed late, or it is lost: it has to be closed with a
	 * mark.
	 */
	void dirty() {
		this.dirty = true;
	}

	boolean isDirty() {
		return this.dirty || this.deadline - System.nanoTime() <= 0;
	}

}
