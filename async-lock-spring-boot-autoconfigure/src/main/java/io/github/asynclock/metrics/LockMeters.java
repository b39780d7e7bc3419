package io.github.asynclock.metrics;

/**
 * The numbers besides those of the observations.
 */
interface LockMeters {

	/** Where there is no meter registry. */
	LockMeters NONE = new LockMeters() {
	};

	/**
	 * Of those that wait now.
	 * @param change 1 or -1
	 */
	default void waiting(int change) {
	}

	/**
	 * Of those that are held now.
	 * @param change 1 or -1
	 */
	default void held(int change) {
	}

	default void handedOver() {
	}

	default void wokenUp() {
	}

	default void polled() {
	}

	default void renewed(int keys) {
	}

	default void answered(long nanos, boolean failed) {
	}

}
