package io.github.asynclock.sample.experiment;

import java.util.Arrays;

/** How long callers waited from asking to the start of their work, in milliseconds. */
record Waits(int callers, double p50, double p90, double p99, double max) {

	static Waits of(long[] nanos) {
		long[] sorted = nanos.clone();
		Arrays.sort(sorted);
		return new Waits(sorted.length, at(sorted, 0.5), at(sorted, 0.9), at(sorted, 0.99), at(sorted, 1));
	}

	private static double at(long[] sorted, double part) {
		if (sorted.length == 0) {
			return 0;
		}
		int rank = (int) Math.ceil(part * sorted.length);
		return Frames.millis(Math.max(0, sorted[rank - 1]));
	}

}
