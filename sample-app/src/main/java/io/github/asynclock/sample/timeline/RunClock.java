package io.github.asynclock.sample.timeline;

/**
 * The time since a run's start, in nanoseconds. Where several instances take part they
 * count from the same moment of a clock that they share, and of which each knows the
 * reading only up to an error. Work on a key is then taken to have begun at the latest,
 * and to have ended at the earliest possible moment: what looks like an overlap is one.
 *
 * @param start the run's start, as {@link System#nanoTime()} of this JVM
 * @param error how far off that may be
 */
public record RunClock(long start, long error) {

	/** Now. */
	public long now() {
		return System.nanoTime() - this.start;
	}

	/** No change of a later moment is said to be from before this time. */
	long earliest() {
		return now() - this.error;
	}

	long timeOf(State state) {
		long now = now();
		return switch (state) {
			case STARTED -> now + this.error;
			case ENDED -> now - this.error;
			default -> now;
		};
	}

}
