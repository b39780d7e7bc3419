package io.github.asynclock.benchmarks.harness;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * One Markdown table: a line per bound, with both figures, what is required and whether
 * it was reached; and lines for orientation that require nothing.
 */
public final class Report {

	private final List<String> lines = new ArrayList<>();

	private int missed;

	/**
	 * Ours may take at most {@code bound} times what the peer takes.
	 */
	public void atMost(double bound, String measure, Sample ours, String peer, Sample theirs, String unit) {
		double ratio = ours.median() / theirs.median();
		line(measure, ours.in(unit), peer + ": " + theirs.in(unit), times(ratio), "at most " + times(bound),
				ratio <= bound);
	}

	/**
	 * Ours must be at least {@code bound} times as fast, by the time both take.
	 */
	public void fasterBy(double bound, String measure, Sample ours, String peer, Sample theirs, String unit) {
		double ratio = theirs.median() / ours.median();
		line(measure, ours.in(unit), peer + ": " + theirs.in(unit), times(ratio) + " as fast",
				"at least " + times(bound), ratio >= bound);
	}

	/**
	 * Ours must be at least {@code bound} times as much as theirs: of what is better the
	 * more it is.
	 */
	public void atLeast(double bound, String measure, Sample ours, String peer, Sample theirs, String unit) {
		double ratio = ours.median() / theirs.median();
		line(measure, ours.in(unit), peer + ": " + theirs.in(unit), times(ratio), "at least " + times(bound),
				ratio >= bound);
	}

	/**
	 * Ours must be at least {@code bound}; a peer's figure, if any, stands beside it.
	 */
	public void least(double bound, String measure, Sample ours, String peer, String unit) {
		line(measure, ours.in(unit), peer, "", "at least " + Sample.number(bound) + " " + unit, ours.median() >= bound);
	}

	/**
	 * Ours may be at most {@code bound}; a peer's figure, if any, stands beside it.
	 */
	public void limit(double bound, String measure, Sample ours, String peer, String unit) {
		line(measure, ours.in(unit), peer, "", "at most " + Sample.number(bound).replace(".00", "") + " " + unit,
				ours.median() <= bound);
	}

	/**
	 * A line that requires nothing.
	 */
	public void orientation(String measure, String ours, String peer, String ratio) {
		add(measure, ours, peer, ratio, "", "");
	}

	public static String times(double ratio) {
		return Sample.number(ratio) + " x";
	}

	private void line(String measure, String ours, String peer, String ratio, String required, boolean reached) {
		add(measure, ours, peer, ratio, required, reached ? "PASS" : "**FAIL**");
		this.missed += reached ? 0 : 1;
	}

	private void add(String... cells) {
		this.lines.add("| " + String.join(" | ", cells) + " |");
	}

	/**
	 * How many bounds were missed.
	 */
	public int missed() {
		return this.missed;
	}

	public void print(PrintStream out) {
		out.println("| measure | async-lock | beside it | ratio | required | |");
		out.println("|---|---|---|---|---|---|");
		this.lines.forEach(out::println);
	}

}
