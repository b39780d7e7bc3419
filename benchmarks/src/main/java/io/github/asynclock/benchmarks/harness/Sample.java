package io.github.asynclock.benchmarks.harness;

import java.util.Collection;
import java.util.Locale;

/**
 * One figure as measured several times: its median and its range.
 */
public record Sample(double median, double min, double max) {

	public static Sample of(Collection<Double> values) {
		double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
		if (sorted.length == 0) {
			throw new IllegalArgumentException("No values: nothing was measured");
		}
		int middle = sorted.length / 2;
		double median = (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
		return new Sample(median, sorted[0], sorted[sorted.length - 1]);
	}

	/**
	 * The median with its range, such as {@code 47.1 ns (46.0 to 49.9)}.
	 */
	public String in(String unit) {
		String range = number(this.min).equals(number(this.max)) ? ""
				: " (" + number(this.min) + " to " + number(this.max) + ")";
		return number(this.median) + (unit.isEmpty() ? "" : " ") + unit + range;
	}

	public static String number(double value) {
		double size = Math.abs(value);
		String pattern = (size >= 100) ? "%,.0f" : (size >= 10) ? "%.1f" : "%.2f";
		String text = String.format(Locale.ROOT, pattern, value);
		return text.equals("-0.00") ? "0.00" : text;
	}

}
