package io.github.asynclock.benchmarks.harness;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * What the heap holds, and what threads have allocated.
 */
public final class Memory {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private Memory() {
	}

	/**
	 * Bytes that are reachable now.
	 */
	public static long retained() {
		Runtime runtime = Runtime.getRuntime();
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 3; round++) {
			System.gc();
			least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
		}
		return least;
	}

	/**
	 * Bytes that the threads alive now have allocated so far.
	 */
	public static long allocated() {
		long sum = 0;
		for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
			sum += Math.max(0, bytes);
		}
		return sum;
	}

}
