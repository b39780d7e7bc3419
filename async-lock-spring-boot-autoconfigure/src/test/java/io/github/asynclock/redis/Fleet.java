package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several JVMs on one Redis, with one witness; by default as all fault tests want it:
 * lease 2 s, command timeout 300 ms, a poll every 500 ms, and eight keys.
 */
final class Fleet implements AutoCloseable {

	static final String KEYS = IntStream.range(0, 8).mapToObj((i) -> "k" + i).collect(Collectors.joining(","));

	static final long LEASE_MILLIS = 2000;

	static final long POLL_MILLIS = 500;

	static final long TIMEOUT_MILLIS = 300;

	private final Witness witness;

	private final String prefix;

	private final String url;

	private final List<WorkerProcess> workers = new ArrayList<>();

	/** Loops of different fleets differ. */
	private static int seed;

	private Fleet(Witness witness, String url, String prefix) {
		this.witness = witness;
		this.url = url;
		this.prefix = prefix;
	}

	static Fleet open(int count, String url) {
		return open(count, url, "");
	}

	/**
	 * @param options more settings, or others than the usual ones; see {@link Worker}
	 */
	static Fleet open(int count, String url, String options) {
		return open(new Fleet(new Witness(LEASE_MILLIS * 1_000_000), url, TestRedis.randomPrefix()), count, options);
	}

	/** More JVMs with the same keys and witness, which reach Redis another way. */
	Fleet beside(int count, String url, String options) {
		return open(new Fleet(this.witness, url, this.prefix), count, options);
	}

	private static Fleet open(Fleet fleet, int count, String options) {
		try {
			fleet.add(count, options);
		}
		catch (RuntimeException | Error ex) {
			fleet.close();
			throw ex;
		}
		return fleet;
	}

	List<WorkerProcess> add(int count, String options) {
		return add(Workers.take(count), options);
	}

	/** JVMs that were started in a way of their own; others get them afterwards, too. */
	List<WorkerProcess> add(List<WorkerProcess> added, String options) {
		this.workers.addAll(added);
		added.forEach((worker) -> worker.open(this.witness, "url=" + this.url + " prefix=" + this.prefix + " lease="
				+ LEASE_MILLIS + " timeout=" + TIMEOUT_MILLIS + " poll=" + POLL_MILLIS + " " + options));
		return added;
	}

	Witness witness() {
		return this.witness;
	}

	String prefix() {
		return this.prefix;
	}

	WorkerProcess worker(int index) {
		return this.workers.get(index);
	}

	/** Lets all lock at random until {@link #stop}. */
	void load(String options) {
		this.workers.forEach((worker) -> load(worker, options));
	}

	void load(WorkerProcess worker, String options) {
		worker.load("keys=" + KEYS + " seed=" + (++seed) + " " + options);
	}

	/** Ends the load; returns when every call has ended. */
	void stop() {
		List<WorkerProcess> alive = this.workers.stream().filter(WorkerProcess::isAlive).toList();
		alive.forEach((worker) -> worker.tell("stop"));
		alive.forEach(WorkerProcess::awaitStopped);
	}

	/** What is left of our keys, with their time to live, besides what may be. */
	private List<String> leftovers(List<RedisProcess> servers) {
		List<String> left = new ArrayList<>();
		for (RedisProcess redis : servers) {
			for (String key : redis.keys("{" + this.prefix)) {
				boolean counter = key.endsWith(":f");
				boolean mark = key.contains("}:m:");
				long ttl = (Long) redis.call("PTTL", key);
				if (!counter && !(mark && ttl > 0) && ttl != -2) {
					left.add(key + " (" + ttl + " ms)");
				}
			}
		}
		return left;
	}

	/**
	 * One lease and a second after the end nothing may be left.
	 */
	void assertClean(RedisProcess... servers) {
		long end = System.nanoTime() + (LEASE_MILLIS + 1000) * 1_000_000;
		List<String> left = leftovers(List.of(servers));
		while (!left.isEmpty() && System.nanoTime() < end) {
			RedisProcess.pauseBriefly();
			left = leftovers(List.of(servers));
		}
		if (!left.isEmpty()) {
			throw new AssertionError("Left in Redis a lease and a second after the end: " + left);
		}
	}

	@Override
	public void close() {
		for (WorkerProcess worker : this.workers) {
			try {
				worker.closeService();
				Workers.giveBack(worker);
			}
			catch (RuntimeException | AssertionError ex) {
				worker.close();
			}
		}
	}

}
