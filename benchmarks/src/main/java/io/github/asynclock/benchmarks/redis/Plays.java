package io.github.asynclock.benchmarks.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.asynclock.benchmarks.redis.Arena.Played;
import io.github.asynclock.benchmarks.redis.peer.Contestant;

/**
 * What contestants are made to do, each with its figures.
 */
final class Plays {

	private static final double NANOS_PER_MICRO = 1_000;

	private final Arena arena;

	private final int millis;

	/**
	 * In this arena.
	 * @param millis how long each play lasts
	 */
	Plays(Arena arena, int millis) {
		this.arena = arena;
		this.millis = millis;
	}

	/** One caller, one call at a time. Figures: {@code micros}, {@code sent} per call. */
	Map<String, Double> calls(Contestant contestant) throws IOException {
		return timed(contestant, order("calls", contestant).with("pauseMicros", 0));
	}

	/** Round trips, with pauses between them. Figures as of {@link #calls}. */
	Map<String, Double> pings(int pauseMicros) throws IOException {
		return timed(Contestant.RAW, order("pings", Contestant.RAW).with("pauseMicros", pauseMicros));
	}

	private Map<String, Double> timed(Contestant contestant, Message order) throws IOException {
		Played played = this.arena.play(contestant, 1, order);
		return Map.of("micros", played.answers().get(0).number("p50") / NANOS_PER_MICRO, "sent",
				(double) played.sent() / played.sum("count"));
	}

	/**
	 * Tasks that lock all the time. Figures: grants {@code rate} per second,
	 * {@code commands} and {@code sent} per grant, {@code jvms} and {@code tasks}: what
	 * the one with the fewest grants had of what that with the most had.
	 */
	Map<String, Double> load(Contestant contestant, int instances, int tasks, String keys) throws IOException {
		Played played = this.arena.play(contestant, instances,
				order("load", contestant).with("tasks", tasks).with("keys", keys));
		List<long[]> counts = played.answers().stream().map((answer) -> answer.numbers("counts")).toList();
		Map<String, Double> figures = new LinkedHashMap<>();
		double grants = played.sum("count");
		figures.put("rate", counts.stream().flatMapToLong(Arrays::stream).sum() * 1_000d / this.millis);
		figures.put("commands", played.commands() / grants);
		figures.put("sent", played.sent() / grants);
		figures.put("jvms", leastOfMost(counts.stream().mapToLong((some) -> LongStream.of(some).sum())));
		figures.put("tasks", leastOfMost(counts.stream().flatMapToLong(Arrays::stream)));
		return figures;
	}

	private static double leastOfMost(LongStream counts) {
		var summary = counts.summaryStatistics();
		return (double) summary.getMin() / Math.max(1, summary.getMax());
	}

	/**
	 * Two JVMs that take turns. Figure: {@code micros} from the end of an action to the
	 * begin of the next in the other JVM.
	 */
	Map<String, Double> turns(Contestant contestant, int holdMicros) throws IOException {
		Played played = this.arena.play(contestant, 2, order("turns", contestant).with("holdMicros", holdMicros));
		List<Action> actions = IntStream.range(0, 2)
			.boxed()
			.flatMap((jvm) -> Action.of(jvm, played.answers().get(jvm)))
			.sorted(Comparator.comparingLong(Action::began))
			.toList();
		long[] between = IntStream.range(1, actions.size())
			.filter((i) -> actions.get(i).jvm() != actions.get(i - 1).jvm())
			.mapToLong((i) -> actions.get(i).began() - actions.get(i - 1).ended())
			.sorted()
			.toArray();
		return Map.of("micros", between[between.length / 2] / NANOS_PER_MICRO, "switches",
				(double) between.length / (actions.size() - 1));
	}

	/**
	 * Many tasks that ask once, at the same moment. Figures: {@code millis} until the
	 * last had its turn, {@code commands} and {@code sent} per grant.
	 */
	Map<String, Double> burst(Contestant contestant, int instances, int tasks) throws IOException {
		Played played = this.arena.play(contestant, instances,
				order("burst", contestant).with("tasks", tasks / instances));
		long last = played.answers().stream().mapToLong((answer) -> answer.number("last")).max().orElseThrow();
		return Map.of("millis", (last - played.start()) / NANOS_PER_MICRO / 1_000, "commands",
				(double) played.commands() / tasks, "sent", (double) played.sent() / tasks);
	}

	/**
	 * Keys that are held for some renewal periods. Figures: {@code sent} per 100 keys and
	 * period, {@code threads}.
	 */
	Map<String, Double> held(Contestant contestant, int keys, int periods, Duration period)
			throws IOException, InterruptedException {
		this.arena.play(contestant, 1, order("hold", contestant).with("keys", keys));
		Thread.sleep(period.toMillis());
		long sent = this.arena.commandsDuring(contestant, period.multipliedBy(periods));
		double threads = this.arena.play(contestant, 1, Message.of("drop")).sum("threads");
		return Map.of("sent", sent / (keys / 100d) / periods, "threads", threads);
	}

	private Message order(String verb, Contestant contestant) {
		return Message.of(verb).with("key", contestant.name() + "-" + verb).with("millis", this.millis);
	}

	/** One action of a JVM. */
	private record Action(int jvm, long began, long ended) {

		static Stream<Action> of(int jvm, Message answer) {
			long[] began = answer.numbers("began");
			long[] ended = answer.numbers("ended");
			return IntStream.range(0, began.length).mapToObj((i) -> new Action(jvm, began[i], ended[i]));
		}

	}

}
