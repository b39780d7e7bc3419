package io.github.asynclock.benchmarks.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a group of benchmarks, by name, and the run of some or all of them.
 */
public final class Rows {

	private final Map<String, Row> rows = new LinkedHashMap<>();

	public Rows add(String name, Row row) {
		this.rows.put(name, row);
		return this;
	}

	/**
	 * Whether all these are rows; says so if not.
	 */
	public boolean contain(List<String> names) {
		boolean found = this.rows.keySet().containsAll(names);
		if (!found) {
			System.err.println("Rows are " + this.rows.keySet() + "; found: " + names);
		}
		return found;
	}

	/**
	 * Measures and prints.
	 * @param names of rows; none means all
	 * @return how many bounds were missed
	 */
	public int run(List<String> names, String remark) throws Exception {
		Report report = new Report();
		for (String name : names.isEmpty() ? new ArrayList<>(this.rows.keySet()) : names) {
			this.rows.get(name).measure(report);
		}
		System.out.println(machine() + remark);
		System.out.println();
		report.print(System.out);
		System.out.println();
		System.out.println((report.missed() == 0) ? "All bounds were reached." : report.missed() + " missed.");
		return report.missed();
	}

	private static String machine() {
		return "JDK " + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors() + " processors, "
				+ System.getProperty("os.name") + " " + System.getProperty("os.arch") + "; ";
	}

	/**
	 * What is measured together.
	 */
	@FunctionalInterface
	public interface Row {

		void measure(Report report) throws Exception;

	}

}
