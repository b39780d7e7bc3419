package io.github.asynclock.benchmarks.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured: per contestant and figure, one value of each JVM that had its turn.
 */
public final class Figures {

	private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

	public void add(String contestant, String figure, double value) {
		this.values.computeIfAbsent(contestant, (name) -> new LinkedHashMap<>())
			.computeIfAbsent(figure, (name) -> new ArrayList<>())
			.add(value);
	}

	public Sample of(String contestant, String figure) {
		List<Double> found = this.values.getOrDefault(contestant, Map.of()).get(figure);
		if (found == null) {
			throw new IllegalArgumentException(
					"No figure \"" + figure + "\" of \"" + contestant + "\"; measured: " + this.values);
		}
		return Sample.of(found);
	}

}
