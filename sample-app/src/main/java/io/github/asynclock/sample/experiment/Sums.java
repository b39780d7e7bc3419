package io.github.asynclock.sample.experiment;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import io.github.asynclock.sample.timeline.Change;
import org.jspecify.annotations.Nullable;

/**
 * What the changes of a run add up to, told one after the other in the order of their
 * times.
 */
final class Sums {

	private static final long NEVER = Long.MIN_VALUE;

	private final Quantity quantity;

	private final Map<String, Integer> running = new HashMap<>();

	private final Map<String, Integer> peak = new TreeMap<>();

	private final Map<String, Double> rows = new HashMap<>();

	private final Map<Integer, Integer> working = new HashMap<>();

	private final long[] asked;

	private final long[] waited;

	private int overlaps;

	private int writers;

	private int answered;

	private double wrong;

	private long last;

	Sums(Subject subject, int callers) {
		this.quantity = subject.quantity();
		this.asked = never(callers);
		this.waited = never(callers);
		for (String key : subject.keys()) {
			this.peak.put(key, 0);
			this.rows.put(key, this.quantity.before() / subject.keys().size());
		}
	}

	private static long[] never(int callers) {
		long[] times = new long[callers];
		Arrays.fill(times, NEVER);
		return times;
	}

	/** What the change does to the quantity, if anything. */
	@Nullable Level add(Change change) {
		this.last = change.at();
		String key = String.valueOf(change.key());
		switch (change.state()) {
			case ASKED -> this.asked[change.call()] = change.at();
			case STARTED -> started(change, key);
			case ENDED -> {
				return ended(change, key);
			}
			default -> this.answered++;
		}
		return null;
	}

	private void started(Change change, String key) {
		int now = this.running.merge(key, 1, Integer::sum);
		this.peak.merge(key, now, Math::max);
		this.working.merge(change.call(), 1, Integer::sum);
		if (now > 1) {
			this.overlaps++;
		}
		if (this.waited[change.call()] == NEVER && this.asked[change.call()] != NEVER) {
			this.waited[change.call()] = change.at() - this.asked[change.call()];
		}
	}

	private @Nullable Level ended(Change change, String key) {
		this.running.merge(key, -1, Integer::sum);
		Double row = change.row();
		if (row != null) {
			this.rows.put(key, row);
		}
		// A call that works on several keys changes the quantity once.
		boolean last = this.working.merge(change.call(), -1, Integer::sum) == 0;
		return (last && change.wrote()) ? written(change, row != null) : null;
	}

	private Level written(Change change, boolean rowSaysIt) {
		this.writers++;
		double expected = this.quantity.after(this.writers);
		Double row = rowSaysIt ? this.rows.values().stream().mapToDouble(Double::doubleValue).sum() : null;
		double before = this.wrong;
		this.wrong = this.quantity.wrong(expected, row);
		return new Level(change.call(), change.at(), expected, row, this.wrong, this.wrong > before);
	}

	Overlaps overlaps() {
		return new Overlaps(this.peak.values().stream().mapToInt(Integer::intValue).max().orElse(0), this.overlaps);
	}

	Map<String, Integer> peak() {
		return this.peak;
	}

	Waits waits() {
		return Waits.of(Arrays.stream(this.waited).filter(wait -> wait != NEVER).toArray());
	}

	double wrong() {
		return this.wrong;
	}

	/** How many callers have their answer. */
	int answered() {
		return this.answered;
	}

	double durationMillis() {
		return Frames.millis(this.last);
	}

	/**
	 * The quantity after a call.
	 *
	 * @param expected what it should be, after so many have written
	 * @param row what the rows say, where they say a number
	 * @param wrong how far it is from what is right
	 * @param harm whether this call made it worse
	 */
	record Level(int call, long at, double expected, @Nullable Double row, double wrong, boolean harm) {

	}

}
