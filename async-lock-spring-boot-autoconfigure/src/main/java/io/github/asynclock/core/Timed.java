package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;

/**
 * Something with a deadline in {@link DeadlineWheel}. It carries the wheel's list within
 * itself: {@code earlier} and {@code later} belong to the wheel.
 */
interface Timed {

	/**
	 * In nanoseconds of the wheel's clock; must not change while it is in the wheel.
	 */
	long deadline();

	/**
	 * Its time has come. Called on the timer's thread: must be quick, must run nothing of
	 * a user, and must bear being called when it was decided otherwise just now.
	 */
	void expire();

	@Nullable Timed earlier();

	void earlier(@Nullable Timed timed);

	@Nullable Timed later();

	void later(@Nullable Timed timed);

}
