package io.github.asynclock.benchmarks.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.github.asynclock.benchmarks.redis.peer.Contestant;

/**
 * The JVMs of all contestants, started when they are first needed. One contestant plays
 * at a time; the others' JVMs only keep their connections.
 */
final class Arena implements AutoCloseable {

	private static final Duration UNTIL_START = Duration.ofMillis(20);

	private final String url;

	private final Duration lease;

	private final Path shared;

	private final CommandCounts counts;

	private final Map<Contestant, List<Instance>> teams = new EnumMap<>(Contestant.class);

	Arena(String url, Duration lease) throws IOException {
		this.url = url;
		this.lease = lease;
		this.shared = Files.createTempFile("exclusion", "");
		Files.write(this.shared, new byte[Long.BYTES]);
		this.counts = new CommandCounts(url);
	}

	String serverVersion() {
		return this.counts.serverVersion();
	}

	/**
	 * Has instances of a contestant do the same at the same time.
	 */
	Played play(Contestant contestant, int instances, Message order) throws IOException {
		List<Instance> team = team(contestant, instances);
		this.counts.start();
		long start = System.nanoTime() + UNTIL_START.toNanos();
		for (Instance instance : team) {
			instance.tell(order.with("start", start));
		}
		List<Message> answers = new ArrayList<>();
		for (Instance instance : team) {
			answers.add(instance.answer());
		}
		return new Played(start, answers, this.counts.count((command) -> true), this.counts.count(contestant::sends));
	}

	private List<Instance> team(Contestant contestant, int size) throws IOException {
		List<Instance> team = this.teams.computeIfAbsent(contestant, (any) -> new ArrayList<>());
		List<Instance> fresh = new ArrayList<>();
		while (team.size() < size) {
			fresh.add(new Instance(contestant, this.url, this.lease, this.shared));
			team.add(fresh.get(fresh.size() - 1));
		}
		for (Instance instance : fresh) {
			instance.answer();
		}
		return team.subList(0, size);
	}

	/**
	 * How many commands the clients of a contestant send while it does nothing else.
	 */
	long commandsDuring(Contestant contestant, Duration time) throws InterruptedException {
		this.counts.start();
		Thread.sleep(time.toMillis());
		return this.counts.count(contestant::sends);
	}

	@Override
	public void close() throws IOException {
		this.teams.values().forEach((team) -> team.forEach(Instance::close));
		this.counts.close();
		Files.delete(this.shared);
	}

	/**
	 * What came of it.
	 *
	 * @param start when it began
	 * @param answers one of each instance
	 * @param commands what Redis executed, within scripts too
	 * @param sent what the clients sent
	 */
	record Played(long start, List<Message> answers, long commands, long sent) {

		long sum(String name) {
			return this.answers.stream().mapToLong((answer) -> answer.number(name)).sum();
		}

	}

}
