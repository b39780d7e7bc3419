package io.github.asynclock.redis;

import java.util.List;

import io.github.asynclock.core.Attempt;
import org.jspecify.annotations.Nullable;

/**
 * An open attempt to have some keys. Its monitor guards its state.
 */
final class RedisAttempt implements Attempt {

	private final List<String> keys;

	final KeyName[] names;

	final long leaseMillis;

	private final boolean enqueues;

	/** What Redis knows it by, within this instance; rises with each. */
	private long counter;

	private boolean sent;

	private boolean asking;

	/** When it was sent what was last answered that the key is busy. */
	private long busyAt;

	/** The last epoch of the key by then. */
	private long busyEpoch = Long.MAX_VALUE;

	/** Whether a command of it may be executed late. */
	private boolean dirty;

	private boolean closed;

	RedisAttempt(List<String> keys, KeyName[] names, long leaseMillis, boolean enqueues) {
		this.keys = keys;
		this.names = names;
		this.leaseMillis = leaseMillis;
		this.enqueues = enqueues;
	}

	@Override
	public List<String> keys() {
		return this.keys;
	}

	@Override
	public boolean enqueues() {
		return this.enqueues;
	}

	synchronized long counter() {
		return this.counter;
	}

	/**
	 * From here on it goes by another number: the former one is closed, or was refused.
	 */
	synchronized void number(long counter) {
		this.counter = counter;
	}

	/**
	 * A command is about to be sent.
	 * @return false if nobody wants the keys any more
	 */
	synchronized boolean asks() {
		this.asking = !this.closed;
		return this.asking;
	}

	/**
	 * The command was answered, and it was not granted.
	 */
	synchronized void answered() {
		this.asking = false;
		this.sent = true;
	}

	/**
	 * The same, and the answer says which epoch was the last.
	 */
	synchronized void busy(long sentAt, long epoch) {
		answered();
		this.busyAt = sentAt;
		this.busyEpoch = epoch;
	}

	/**
	 * The command was not answered, or too late.
	 * @param unknown whether it may have been executed, or may be later
	 */
	synchronized void failed(boolean unknown) {
		this.asking = false;
		this.sent = true;
		this.dirty |= unknown;
	}

	/**
	 * There was no connection: the command was not even sent.
	 */
	synchronized void notSent() {
		this.asking = false;
	}

	/**
	 * It was granted: that ends it.
	 * @return false if nobody wants the keys any more; then they are being closed
	 */
	synchronized boolean granted() {
		boolean wanted = !this.closed;
		this.asking = false;
		this.closed = true;
		return wanted;
	}

	/**
	 * The one that had the key says that it has passed it to this attempt: that ends it,
	 * if it is news, and there is enough of the lease left. It is counted from when the
	 * last answer was asked for, which was before.
	 * @return null if it is not known to be granted: it has to ask
	 */
	synchronized @Nullable RedisHold passed(String instance, long counter, String epoch, long leaseMillis) {
		if (this.closed || this.asking || counter != this.counter || Long.parseLong(epoch) <= this.busyEpoch) {
			return null;
		}
		long now = System.nanoTime();
		RedisHold hold = new RedisHold(this.names[0], instance, counter, epoch, leaseMillis, this.busyAt, now);
		if (hold.deadline() - now <= leaseMillis * 1_000_000 / 2) {
			return null;
		}
		if (this.dirty) {
			hold.dirty();
		}
		this.closed = true;
		return hold;
	}

	synchronized boolean isDirty() {
		return this.dirty;
	}

	/**
	 * Nobody wants the keys any more.
	 */
	synchronized Close close() {
		if (this.closed) {
			return Close.NOTHING_LEFT;
		}
		this.closed = true;
		boolean mark = this.dirty || this.asking;
		if (!mark && !(this.enqueues && this.sent)) {
			return Close.NOTHING_LEFT;
		}
		return mark ? Close.WITH_MARK : Close.CLEAN;
	}

	/** How to close it in Redis. */
	enum Close {

		/** There is nothing of it in Redis. */
		NOTHING_LEFT,

		/** All its commands were answered. */
		CLEAN,

		/** A command may be executed late. */
		WITH_MARK

	}

}
