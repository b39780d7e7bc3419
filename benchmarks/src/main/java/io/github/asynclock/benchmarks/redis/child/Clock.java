package io.github.asynclock.benchmarks.redis.child;

import java.util.concurrent.locks.LockSupport;

/**
 * The clock that all JVMs of a machine share: {@link System#nanoTime} counts from the
 * same moment in all of them on Linux.
 */
final class Clock {

	private Clock() {
	}

	static void sleepUntil(long nanos) {
		for (long rest = nanos - System.nanoTime(); rest > 0; rest = nanos - System.nanoTime()) {
			LockSupport.parkNanos(rest);
		}
	}

}
