package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;

/**
 * An open attempt of this JVM to have some keys. The same object is asked with again
 * until it is granted or withdrawn, so a store may recognise it by identity; it belongs
 * to the local queue, not to one caller.
 */
public final class Attempt {

	private final List<String> keys;

	private final Duration lease;

	private final boolean enqueue;

	Attempt(List<String> keys, Duration lease, boolean enqueue) {
		this.keys = keys;
		this.lease = lease;
		this.enqueue = enqueue;
	}

	/**
	 * Sorted by code unit.
	 */
	public List<String> keys() {
		return this.keys;
	}

	/**
	 * How long the grant outlives a holder that died.
	 */
	public Duration lease() {
		return this.lease;
	}

	/**
	 * Whether to take a place among the instances that wait, if the keys are busy. False
	 * for a call that does not wait: that one leaves nothing behind.
	 */
	public boolean enqueue() {
		return this.enqueue;
	}

}
