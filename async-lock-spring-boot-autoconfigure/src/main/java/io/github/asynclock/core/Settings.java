package io.github.asynclock.core;

import java.time.Duration;

import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;

/**
 * The configured defaults, in nanoseconds.
 */
record Settings(long waitNanos, long leaseNanos, int maxWaitersPerKey) {

	/** Longer than anybody waits, short enough never to overflow a sum. */
	private static final long FOREVER = Long.MAX_VALUE >> 2;

	private static final Duration LONGEST = Duration.ofNanos(FOREVER);

	long waitNanos(@Nullable LockRequest request) {
		return (request != null) ? nanos(request.waitTime(), this.waitNanos) : this.waitNanos;
	}

	/**
	 * At least as long as the least hold: that has to outlive a holder that died.
	 */
	long leaseNanos(@Nullable LockRequest request) {
		if (request == null) {
			return this.leaseNanos;
		}
		return Math.max(nanos(request.leaseTime(), this.leaseNanos), nanos(request.holdAtLeast(), 0));
	}

	static long nanos(@Nullable Duration duration, long otherwise) {
		if (duration == null) {
			return otherwise;
		}
		return (duration.compareTo(LONGEST) < 0) ? duration.toNanos() : FOREVER;
	}

}
