package io.github.asynclock.benchmarks.local;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.asynclock.benchmarks.harness.Effort;
import io.github.asynclock.benchmarks.harness.Figures;
import io.github.asynclock.benchmarks.harness.JmhTurns;
import io.github.asynclock.benchmarks.harness.Report;
import io.github.asynclock.benchmarks.harness.Rows;
import io.github.asynclock.benchmarks.harness.Sample;
import io.github.asynclock.benchmarks.harness.Turns;

/**
 * The local product beside its peers. Arguments: names of rows (default: all) and
 * {@code --quick}. Ends with 1 where a bound was missed.
 */
public final class LocalBenchmarks {

	private static final int SMALL_HEAP = 512;

	private static final int LARGE_HEAP = 1536;

	private LocalBenchmarks() {
	}

	public static void main(String[] args) throws Exception {
		List<String> names = new ArrayList<>(Arrays.asList(args));
		boolean quick = names.remove("--quick");
		Rows rows = new Rows().add("hot-key", (report) -> hotKey(report, quick))
			.add("held-key", (report) -> heldKey(report, quick))
			.add("threads", (report) -> threads(report, quick))
			.add("million-waiters", (report) -> millionWaiters(report, quick))
			.add("million-keys", (report) -> millionKeys(report, quick))
			.add("locked-call", (report) -> lockedCall(report, quick));
		if (!rows.contain(names)) {
			System.exit(2);
		}
		System.exit((rows.run(names, "medians, and ranges over JVMs that ran in turn.") == 0) ? 0 : 1);
	}

	private static void hotKey(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(2, 1000, 15, SMALL_HEAP) : new Effort(4, 1500, 20, SMALL_HEAP);
		Figures figures = JmhTurns.take(effort, HotKeyBenchmark.class, "floor", "floorWithFuture", "asyncUtil",
				"asyncUtilByHand", "asyncLock", "asyncLockPreparedRequest");
		Sample ours = figures.of("asyncLock", "ns");
		String measure = "one hot key, one thread, `execute(key, ...)`";
		report.atMost(1.5, measure, ours, "bare map with a result future", figures.of("floorWithFuture", "ns"), "ns");
		report.fasterBy(2, measure, ours, "asyncutil, fair", fastest(figures, "ns", "asyncUtil", "asyncUtilByHand"),
				"ns");
		report.limit(128, measure + ", allocated", figures.of("asyncLock", "bytes"),
				"bare map " + figures.of("floorWithFuture", "bytes").in("B") + ", asyncutil "
						+ fastest(figures, "bytes", "asyncUtil", "asyncUtilByHand").in("B"),
				"B");
		Sample prepared = figures.of("asyncLockPreparedRequest", "ns");
		Sample floor = figures.of("floor", "ns");
		report.orientation("the same with a prepared request",
				prepared.in("ns") + ", " + figures.of("asyncLockPreparedRequest", "bytes").in("B"),
				"bare map without a future: " + floor.in("ns") + ", " + figures.of("floor", "bytes").in("B"),
				Report.times(prepared.median() / floor.median()));
	}

	private static Sample fastest(Figures figures, String figure, String... contestants) {
		return Arrays.stream(contestants)
			.map((contestant) -> figures.of(contestant, figure))
			.min((left, right) -> Double.compare(left.median(), right.median()))
			.orElseThrow();
	}

	private static void heldKey(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(2, 1500, 30, SMALL_HEAP) : new Effort(4, 2000, 60, SMALL_HEAP);
		Figures figures = Turns.take(effort, TenThousandWaiters.Hop.class, TenThousandWaiters.AsyncUtil.class,
				TenThousandWaiters.AsyncLock.class, TenThousandWaiters.HopSupplyAsync.class,
				TenThousandWaiters.AsyncUtilSupplyAsync.class, TenThousandWaiters.AsyncLockSupplyAsync.class,
				TenThousandWaiters.AsyncLockSupplyAsyncOnly.class);
		String measure = "10,000 waiters drained, actions on another executor, each";
		Sample ours = figures.of("AsyncLock", "drain");
		report.atMost(2, measure, ours, "bare hop", figures.of("Hop", "drain"), "ns");
		report.fasterBy(1.4, measure, ours, "asyncutil, fair", figures.of("AsyncUtil", "drain"), "ns");
		orientation(report, "the same with queueing up", figures, "AsyncLock", "AsyncUtil", "whole", "ns");
		orientation(report, "the same, allocated in all", figures, "AsyncLock", "AsyncUtil", "bytes", "B");
		supplyAsync(report, "drained, actions started there that `supplyAsync`", figures, "AsyncLockSupplyAsync");
		supplyAsync(report, "drained, actions only `supplyAsync`", figures, "AsyncLockSupplyAsyncOnly");
	}

	private static void supplyAsync(Report report, String measure, Figures figures, String ours) {
		orientation(report, measure, figures, ours, "HopSupplyAsync", "drain", "ns");
		orientation(report, measure, figures, ours, "AsyncUtilSupplyAsync", "drain", "ns");
		orientation(report, "the same, allocated in all", figures, ours, "AsyncUtilSupplyAsync", "bytes", "B");
	}

	private static void threads(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(2, 500, 10, SMALL_HEAP) : new Effort(5, 1000, 20, SMALL_HEAP);
		Figures figures = Turns.take(effort, ThousandTasks.PlatformThreads.class, ThousandTasks.AsyncLock.class);
		report.fasterBy(100, "1,000 tasks on one key, per task", figures.of("AsyncLock", "whole"),
				"`ReentrantLock`, platform threads", figures.of("PlatformThreads", "whole"), "ns");
		orientation(report, "without queueing up and thread starts", figures, "AsyncLock", "PlatformThreads", "drain",
				"ns");
	}

	private static void millionWaiters(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(1, 2000, 3, LARGE_HEAP) : new Effort(3, 3000, 3, LARGE_HEAP);
		Figures figures = Turns.take(effort, MillionWaiters.AsyncUtil.class, MillionWaiters.AsyncLock.class,
				MillionWaiters.AsyncLockPreparedRequest.class);
		report.fasterBy(2.5, "1,000,000 waiters drained, done actions, each", figures.of("AsyncLock", "drain"),
				"asyncutil, fair", figures.of("AsyncUtil", "drain"), "ns");
		orientation(report, "the same with queueing up", figures, "AsyncLock", "AsyncUtil", "whole", "ns");
		orientation(report, "the same, drained, with a prepared request", figures, "AsyncLockPreparedRequest",
				"AsyncUtil", "drain", "ns");
		String kept = "asyncutil: " + figures.of("AsyncUtil", "retained").in("B");
		report.limit(96, "heap per waiter, `execute(key, ...)`", figures.of("AsyncLock", "retained"), kept, "B");
		report.limit(96, "heap per waiter, prepared request", figures.of("AsyncLockPreparedRequest", "retained"), kept,
				"B");
	}

	private static void millionKeys(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(1, 500, 2, LARGE_HEAP) : new Effort(3, 500, 3, LARGE_HEAP);
		Figures figures = Turns.take(effort, MillionKeys.LockMap.class, MillionKeys.AsyncUtil.class,
				MillionKeys.AsyncLock.class);
		report.limit(0.1, "1,000,000 keys used once, heap kept per key", figures.of("AsyncLock", "retained"),
				"asyncutil " + figures.of("AsyncUtil", "retained").in("B") + ", map of locks "
						+ figures.of("LockMap", "retained").in("B"),
				"B");
		orientation(report, "time per key", figures, "AsyncLock", "AsyncUtil", "time", "ns");
	}

	private static void lockedCall(Report report, boolean quick) throws Exception {
		Effort effort = quick ? new Effort(2, 2000, 15, SMALL_HEAP) : new Effort(4, 3000, 20, SMALL_HEAP);
		Figures figures = JmhTurns.take(effort, LockedCallBenchmark.class, "plainInterceptor", "spel", "aspect",
				"asyncLock");
		String measure = "one `@Locked` call, key `'order-' + #id`";
		report.atMost(0.35, measure, figures.of("asyncLock", "ns"), "aspect with cached SpEL",
				figures.of("aspect", "ns"), "ns");
		report.limit(600, measure + ", allocated", figures.of("asyncLock", "bytes"),
				"aspect " + figures.of("aspect", "bytes").in("B"), "B");
		report.orientation("parts", "", "plain interceptor " + figures.of("plainInterceptor", "ns").in("ns")
				+ ", SpEL alone " + figures.of("spel", "ns").in("ns"), "");
	}

	private static void orientation(Report report, String measure, Figures figures, String ours, String theirs,
			String figure, String unit) {
		Sample mine = figures.of(ours, figure);
		Sample peer = figures.of(theirs, figure);
		report.orientation(measure, mine.in(unit), theirs + ": " + peer.in(unit),
				unit.equals("ns") ? Report.times(peer.median() / mine.median()) + " as fast"
						: Report.times(mine.median() / peer.median()));
	}

}
