package io.github.asynclock.benchmarks.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.asynclock.benchmarks.harness.Figures;
import io.github.asynclock.benchmarks.harness.Report;
import io.github.asynclock.benchmarks.harness.Rows;
import io.github.asynclock.benchmarks.harness.Sample;
import io.github.asynclock.benchmarks.redis.peer.Contestant;

import static io.github.asynclock.benchmarks.redis.peer.Contestant.ASYNC_LOCK;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.ASYNC_LOCK_FUTURE;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.ASYNC_LOCK_ONE_HANDOFF;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.LOCK4J;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.RAW;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.RFAIR_LOCK;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.RLOCK;
import static io.github.asynclock.benchmarks.redis.peer.Contestant.SPRING_INTEGRATION;

/**
 * The locks on Redis beside their peers. Arguments: names of rows (default: all),
 * {@code --quick}, and {@code --url} with a server instead of one of our own. Ends with 1
 * where a bound was missed.
 */
public final class RedisBenchmarks {

	private static final Duration USUAL_LEASE = Duration.ofSeconds(30);

	private static final Duration SHORT_LEASE = Duration.ofSeconds(3);

	private static final Duration RENEWAL_PERIOD = SHORT_LEASE.dividedBy(3);

	private static final int HOLD_MICROS = 2_000;

	private final RedisServer server;

	private final Arena arena;

	private final Plays plays;

	private final int rounds;

	private RedisBenchmarks(RedisServer server, Arena arena, boolean quick) {
		this.server = server;
		this.arena = arena;
		this.plays = new Plays(arena, quick ? 1_000 : 2_000);
		this.rounds = quick ? 3 : 7;
	}

	public static void main(String[] args) throws Exception {
		List<String> names = new ArrayList<>(Arrays.asList(args));
		boolean quick = names.remove("--quick");
		int url = names.indexOf("--url");
		String given = (url >= 0) ? names.remove(url + 1) : null;
		names.remove("--url");
		int missed;
		try (RedisServer server = (given != null) ? RedisServer.at(given) : RedisServer.start();
				Arena arena = new Arena(server.url(), USUAL_LEASE)) {
			RedisBenchmarks benchmarks = new RedisBenchmarks(server, arena, quick);
			Rows rows = benchmarks.rows();
			if (!rows.contain(names)) {
				System.exit(2);
			}
			missed = rows.run(names, "Redis " + arena.serverVersion()
					+ " on this machine; medians, and ranges over rounds that were played in turn.");
		}
		System.exit((missed == 0) ? 0 : 1);
	}

	private Rows rows() {
		return new Rows().add("in-flight", this::inFlight)
			.add("uncontended", this::uncontended)
			.add("one-jvm", this::oneJvm)
			.add("four-jvms", this::fourJvms)
			.add("hand-over", this::handOver)
			.add("thousand-waiters", this::thousandWaiters)
			.add("renewals", this::renewals);
	}

	private void uncontended(Report report) throws Exception {
		Contestant[] all = { RAW, ASYNC_LOCK, ASYNC_LOCK_FUTURE, RLOCK, SPRING_INTEGRATION, LOCK4J };
		warmUp(2, (contestant) -> this.plays.load(contestant, 1, 64, "own"), all);
		warmUp(2, this.plays::calls, all);
		Figures figures = rounds(this.plays::calls, all);
		String measure = "uncontended, one at a time, p50";
		Sample ours = of(figures, ASYNC_LOCK, "micros");
		report.atMost(1.4, measure, ours, RAW.toString(), of(figures, RAW, "micros"), "µs");
		report.limit(2, "client commands per call", of(figures, ASYNC_LOCK, "sent"), "", "commands");
		for (Contestant peer : List.of(ASYNC_LOCK_FUTURE, RLOCK, SPRING_INTEGRATION, LOCK4J)) {
			Sample theirs = of(figures, peer, "micros");
			report.orientation(measure, ours.in("µs"),
					peer + ": " + theirs.in("µs") + ", " + of(figures, peer, "sent").in("commands"),
					Report.times(theirs.median() / ours.median()) + " as fast");
		}
	}

	private void inFlight(Report report) throws Exception {
		Contestant[] all = { RAW, ASYNC_LOCK, RLOCK, SPRING_INTEGRATION };
		warmUp(4, (contestant) -> this.plays.load(contestant, 1, 64, "own"), all);
		for (int tasks : new int[] { 64, 256 }) {
			Figures figures = rounds((contestant) -> this.plays.load(contestant, 1, tasks, "own"), all);
			String measure = tasks + " distinct keys in flight";
			Sample ours = of(figures, ASYNC_LOCK, "rate");
			report.atLeast(0.9, measure, ours, RAW.toString(), of(figures, RAW, "rate"), "/s");
			report.atLeast(5, measure, ours, RLOCK.toString(), of(figures, RLOCK, "rate"), "/s");
			orientation(report, measure, figures, "rate", "/s", SPRING_INTEGRATION);
		}
	}

	private void oneJvm(Report report) throws Exception {
		warmUp(4, (contestant) -> this.plays.load(contestant, 1, 64, "one"), ASYNC_LOCK, RLOCK);
		Figures figures = rounds((contestant) -> this.plays.load(contestant, 1, 64, "one"), ASYNC_LOCK, RLOCK,
				RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J);
		String measure = "one key, one JVM, 64 tasks";
		report.atLeast(100, measure, of(figures, ASYNC_LOCK, "rate"), RLOCK.toString(), of(figures, RLOCK, "rate"),
				"/s");
		orientation(report, measure, figures, "rate", "/s", RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J);
		report.limit(0.05, "client commands per grant", of(figures, ASYNC_LOCK, "sent"),
				beside(figures, "sent", "", RLOCK, RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J), "commands");
	}

	private void fourJvms(Report report) throws Exception {
		warmUp(2, (contestant) -> this.plays.load(contestant, 4, 16, "one"), ASYNC_LOCK, ASYNC_LOCK_ONE_HANDOFF, RLOCK,
				SPRING_INTEGRATION);
		Figures figures = rounds((contestant) -> this.plays.load(contestant, 4, 16, "one"), ASYNC_LOCK,
				ASYNC_LOCK_ONE_HANDOFF, RLOCK, RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J);
		String measure = "one key, 4 JVMs x 16 tasks";
		Sample ours = of(figures, ASYNC_LOCK, "rate");
		Sample rLock = of(figures, RLOCK, "rate");
		report.atLeast(100, measure, ours, RLOCK.toString(), rLock, "/s");
		report.atLeast(25, measure, ours, SPRING_INTEGRATION.toString(), of(figures, SPRING_INTEGRATION, "rate"), "/s");
		orientation(report, measure, figures, "rate", "/s", RFAIR_LOCK, LOCK4J);
		Contestant[] peers = { RLOCK, RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J };
		report.least(0.9, "least of most grants per JVM", of(figures, ASYNC_LOCK, "jvms"),
				beside(figures, "jvms", "", peers), "");
		report.least(0.8, "least of most grants per task", of(figures, ASYNC_LOCK, "tasks"),
				beside(figures, "tasks", "", peers), "");
		report.atLeast(3, "the same with `local-handoffs=1`", of(figures, ASYNC_LOCK_ONE_HANDOFF, "rate"),
				RLOCK.toString(), rLock, "/s");
		report.limit(8, "commands per grant, within scripts too", of(figures, ASYNC_LOCK_ONE_HANDOFF, "commands"),
				beside(figures, "commands", "", peers), "commands");
	}

	private void handOver(Report report) throws Exception {
		warmUp(3, (contestant) -> this.plays.load(contestant, 2, 1, "one"), ASYNC_LOCK, RLOCK, RFAIR_LOCK);
		warmUp(1, (contestant) -> this.plays.load(contestant, 1, 64, "own"), RAW);
		Figures figures = rounds((contestant) -> (contestant == RAW) ? this.plays.pings(HOLD_MICROS)
				: this.plays.turns(contestant, HOLD_MICROS), RAW, ASYNC_LOCK, RLOCK, RFAIR_LOCK);
		String measure = "release in one JVM to start in another, p50";
		Sample ours = of(figures, ASYNC_LOCK, "micros");
		report.atMost(2.5, measure, ours, "one PING", of(figures, RAW, "micros"), "µs");
		report.fasterBy(4, measure, ours, RLOCK.toString(), of(figures, RLOCK, "micros"), "µs");
		orientation(report, measure, figures, "micros", "µs", RFAIR_LOCK);
	}

	private void thousandWaiters(Report report) throws Exception {
		Figures figures = rounds((contestant) -> this.plays.burst(contestant, 4, 1_000), ASYNC_LOCK, RLOCK);
		Figures slow = rounds(1, (contestant) -> this.plays.burst(contestant, 4, 1_000), RFAIR_LOCK, SPRING_INTEGRATION,
				LOCK4J);
		String measure = "1,000 waiters over 4 JVMs on one key, until the last had its turn";
		report.fasterBy(5, measure, of(figures, ASYNC_LOCK, "millis"), RLOCK.toString(), of(figures, RLOCK, "millis"),
				"ms");
		report.limit(0.5, "commands per grant, within scripts too", of(figures, ASYNC_LOCK, "commands"),
				beside(figures, "commands", "", RLOCK) + ", "
						+ beside(slow, "commands", "", RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J),
				"commands");
		report.orientation(measure, "", beside(slow, "millis", "ms", RFAIR_LOCK, SPRING_INTEGRATION, LOCK4J), "");
	}

	private void renewals(Report report) throws Exception {
		try (Arena arena = new Arena(this.server.url(), SHORT_LEASE)) {
			Plays plays = new Plays(arena, 0);
			Figures few = rounds(1, (contestant) -> plays.held(contestant, 100, 1, RENEWAL_PERIOD), ASYNC_LOCK, RLOCK);
			Figures many = rounds(2, (contestant) -> plays.held(contestant, 10_000, 3, RENEWAL_PERIOD), ASYNC_LOCK,
					RLOCK);
			report.limit(1, "10,000 keys held: client commands per 100 keys and renewal period",
					of(many, ASYNC_LOCK, "sent"), beside(many, "sent", "", RLOCK), "commands");
			report.limit(10, "threads more than with 100 keys",
					Sample.of(List
						.of(of(many, ASYNC_LOCK, "threads").median() - of(few, ASYNC_LOCK, "threads").median())),
					RLOCK + ": "
							+ Sample.number(of(many, RLOCK, "threads").median() - of(few, RLOCK, "threads").median()),
					"threads");
		}
	}

	private Figures rounds(Play play, Contestant... contestants) throws Exception {
		take(null, "warming up", play, contestants);
		return rounds(this.rounds, play, contestants);
	}

	private static Figures rounds(int rounds, Play play, Contestant... contestants) throws Exception {
		Figures figures = new Figures();
		for (int round = 1; round <= rounds; round++) {
			take(figures, "round " + round, play, contestants);
		}
		return figures;
	}

	/**
	 * Plays that count for nothing, until the JIT compilers have done most of their work:
	 * whoever plays fewer times a second needs longer for that.
	 */
	private static void warmUp(int times, Play play, Contestant... contestants) throws Exception {
		for (int i = 0; i < times; i++) {
			take(null, "warming up", play, contestants);
		}
	}

	private static void take(Figures figures, String remark, Play play, Contestant... contestants) throws Exception {
		for (Contestant contestant : contestants) {
			Map<String, Double> found = play.by(contestant);
			System.err.println("# " + contestant + ", " + remark + ": " + found);
			if (figures != null) {
				found.forEach((figure, value) -> figures.add(contestant.name(), figure, value));
			}
		}
	}

	private static Sample of(Figures figures, Contestant contestant, String figure) {
		return figures.of(contestant.name(), figure);
	}

	private static String beside(Figures figures, String figure, String unit, Contestant... peers) {
		return String.join(", ",
				Arrays.stream(peers).map((peer) -> peer + " " + of(figures, peer, figure).in(unit)).toList());
	}

	private static void orientation(Report report, String measure, Figures figures, String figure, String unit,
			Contestant... peers) {
		report.orientation(measure, "", beside(figures, figure, unit, peers), "");
	}

	/** What a contestant does once. */
	@FunctionalInterface
	private interface Play {

		Map<String, Double> by(Contestant contestant) throws Exception;

	}

}
