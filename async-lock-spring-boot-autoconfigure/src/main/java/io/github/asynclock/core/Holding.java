package io.github.asynclock.core;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A place that holds its key by a grant of the store.
 */
final class Holding {

	final Link place;

	final StoreGrant grant;

	/** Whether a renewal is on its way; see {@link Renewals}. */
	volatile boolean renewing;

	/** Whether the store no longer has the grant. */
	private volatile boolean lost;

	private final AtomicBoolean leaving = new AtomicBoolean();

	Holding(Link place, StoreGrant grant) {
		this.place = place;
		this.grant = grant;
	}

	void lost() {
		this.lost = true;
	}

	/**
	 * The grant is given back or handed over from here on.
	 * @return true for the one who does that
	 */
	boolean leave() {
		return this.leaving.compareAndSet(false, true);
	}

	boolean isLeaving() {
		return this.leaving.get();
	}

	/**
	 * Whether the grant is good, by what is known and by this JVM's own clock.
	 */
	boolean isValid() {
		return !this.lost && !isLeaving() && timeLeft() > 0;
	}

	/**
	 * Whether the grant is good enough to be handed over.
	 */
	boolean mayHandOver() {
		return !this.lost && timeLeft() > this.grant.lease().toNanos() / 2;
	}

	/**
	 * In nanoseconds.
	 */
	long timeLeft() {
		return this.grant.deadline() - System.nanoTime();
	}

	/**
	 * When to renew: once a third of the lease has passed.
	 */
	long renewAt() {
		return this.grant.deadline() - this.grant.lease().toNanos() / 3 * 2;
	}

}
