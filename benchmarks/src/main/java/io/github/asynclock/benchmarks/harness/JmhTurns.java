package io.github.asynclock.benchmarks.harness;

import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.concurrent.TimeUnit;

/**
 * Runs JMH benchmarks fork by fork, in turn (A B A B ...), where JMH itself would run all
 * forks of one before the next. Figures: {@code ns} and {@code bytes} per call.
 */
public final class JmhTurns {

	private static final int WARM_UP_ITERATION_MILLIS = 500;

	private JmhTurns() {
	}

	/**
	 * Measures the named methods of a benchmark class.
	 */
	public static Figures take(Effort effort, Class<?> benchmark, String... methods) throws RunnerException {
		System.setProperty("jmh.ignoreLock", "true");
		Figures figures = new Figures();
		for (int turn = 0; turn < effort.turns(); turn++) {
			for (String method : methods) {
				System.err.println("# " + benchmark.getSimpleName() + "." + method + ", turn " + (turn + 1) + " of "
						+ effort.turns());
				RunResult result = new Runner(options(effort, benchmark, method)).runSingle();
				// The median, as a pause of the whole JVM is nobody's cost.
				figures.add(method, "ns", result.getPrimaryResult().getStatistics().getPercentile(50));
				figures.add(method, "bytes", allocated(result));
			}
		}
		return figures;
	}

	private static double allocated(RunResult result) {
		return result.getSecondaryResults()
			.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().endsWith("gc.alloc.rate.norm"))
			.mapToDouble((entry) -> entry.getValue().getScore())
			.findFirst()
			.orElseThrow();
	}

	private static Options options(Effort effort, Class<?> benchmark, String method) {
		return new OptionsBuilder().include(benchmark.getName().replace(".", "\\.") + "\\." + method + "$")
			.mode(Mode.AverageTime)
			.timeUnit(TimeUnit.NANOSECONDS)
			.threads(1)
			.forks(1)
			.warmupIterations(Math.max(1, effort.warmUpMillis() / WARM_UP_ITERATION_MILLIS))
			.warmupTime(TimeValue.milliseconds(WARM_UP_ITERATION_MILLIS))
			.measurementIterations(effort.rounds())
			.measurementTime(TimeValue.milliseconds(Effort.ITERATION_MILLIS))
			.addProfiler(GCProfiler.class)
			.jvmArgs(effort.jvmArgs().toArray(String[]::new))
			.shouldFailOnError(true)
			.verbosity(VerboseMode.SILENT)
			.build();
	}

}
