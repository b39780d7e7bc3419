package io.github.asynclock.sample.experiment;

import org.jspecify.annotations.Nullable;

/**
 * What the callers change: a stock, a quota, an amount of money.
 *
 * @param title what it is
 * @param before how much it is at first, in all rows together
 * @param step by how much each caller that writes changes it
 * @param limit what it must not go beyond; null where it must only be what the rows say
 */
public record Quantity(String title, double before, int step, @Nullable Double limit) {

	/** How much it should be after so many have written. */
	double after(int writers) {
		return this.before + (double) this.step * writers;
	}

	/** How far it is from what is right. */
	double wrong(double expected, @Nullable Double row) {
		if (this.limit != null) {
			return Math.max(0, (this.step < 0) ? this.limit - expected : expected - this.limit);
		}
		return (row != null) ? Math.abs(expected - row) : 0;
	}

}
