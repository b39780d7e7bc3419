package io.github.asynclock.benchmarks.harness;

import java.util.List;

/**
 * How much time a run may take. Whatever is compared is measured in JVMs of its own that
 * are started in turn, so that a machine that drifts hits all alike; {@code turns} is how
 * often each has its turn.
 *
 * @param turns JVMs per contestant
 * @param warmUpMillis least time before anything counts, per JVM
 * @param rounds what counts, per JVM: rounds of a batch, or iterations of a steady state
 * @param heapMegabytes the heap of each JVM
 */
public record Effort(int turns, int warmUpMillis, int rounds, int heapMegabytes) {

	static final int ITERATION_MILLIS = 50;

	/**
	 * A heap of fixed size whose pages are there: else what allocates pays the operating
	 * system for each first touch, which can be most of what is measured.
	 */
	List<String> jvmArgs() {
		return List.of("-Xms" + this.heapMegabytes + "m", "-Xmx" + this.heapMegabytes + "m", "-XX:+AlwaysPreTouch");
	}

}
