package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.redis.RedisCommands.RedisError;
import io.github.asynclock.redis.TcpProxy.Fate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis refuses, or the connection to it breaks at the worst moment.
 */
class ConnectionFaultTests extends FaultTest {

	/**
	 * Does something to Redis again and again; what it breaks for itself is no matter.
	 */
	private void every(long millis, Runnable task) {
		ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
		timer.scheduleWithFixedDelay(() -> {
			try {
				task.run();
			}
			catch (RuntimeException ex) {
				// the next time
			}
		}, millis, millis, TimeUnit.MILLISECONDS);
		closing(() -> {
			timer.shutdownNow();
			timer.awaitTermination(10, TimeUnit.SECONDS);
		});
	}

	@Test
	void row13_scriptsAreFlushedAllTheTime_noError() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		every(10, () -> redis.call("SCRIPT", "FLUSH"));
		fleet.load("loops=8 hold=2 several=20");
		awaitGrants(fleet.witness(), pick(1_500, 10_000));
		closeLast();
		fleet.stop();
		fleet.witness().assertGood();
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(13, "operations=" + fleet.witness().grants() + " errors=0");
	}

	@Test
	void row14_redisLoads_retriedUntilTheWaitEnds() {
		RedisProcess redis = redis("appendonly yes", "loading-process-events-interval-bytes 1024", "key-load-delay 0",
				"appendfsync no");
		try (RedisCommands commands = redis.connect()) {
			for (int i = 0; i < 2_000; i++) {
				commands.call("SET", "filler:" + i, "x".repeat(100));
			}
		}
		Fleet fleet = fleet(3, redis.url(), "");
		refusedThenBack(fleet, "LOADING", () -> {
			redis.stop();
			redis.reconfigure("key-load-delay 1500");
			redis.startAgain();
			RedisProcess.await("is loading", 20, () -> isRefusing(redis, "LOADING"));
		}, () -> {
			redis.awaitReady();
			return System.nanoTime();
		});
		fleet.witness().assertGood();
		fleet.assertClean(redis);
	}

	private static boolean isRefusing(RedisProcess redis, String error) {
		try {
			redis.call("GET", "any");
			return false;
		}
		catch (RedisError ex) {
			return ex.getMessage().startsWith(error);
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	@Test
	void row14_aScriptBlocksRedis_retriedUntilTheWaitEnds() {
		RedisProcess redis = redis("lua-time-limit 20");
		Fleet fleet = fleet(3, redis.url(), "");
		refusedThenBack(fleet, "BUSY", () -> {
			try {
				closing(redis.connect()).send("EVAL", "while true do end", 0);
			}
			catch (java.io.IOException ex) {
				throw new java.io.UncheckedIOException(ex);
			}
			RedisProcess.await("is busy", 20, () -> isRefusing(redis, "BUSY"));
		}, () -> {
			redis.call("SCRIPT", "KILL");
			return System.nanoTime();
		});
		fleet.witness().assertGood();
		fleet.assertClean(redis);
	}

	@Test
	void row14_thereAreNoConnectionsLeft_retriedUntilTheWaitEnds() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		RedisCommands mine = closing(redis.connect());
		mine.call("PING");
		refusedThenBack(fleet, "maxclients", () -> {
			mine.call("CONFIG", "SET", "maxclients", 1);
			mine.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
			mine.call("CLIENT", "KILL", "TYPE", "pubsub");
		}, () -> {
			mine.call("CONFIG", "SET", "maxclients", 1000);
			return System.nanoTime();
		});
		fleet.witness().assertGood();
		fleet.assertClean(redis);
	}

	private void refusedThenBack(Fleet fleet, String what, Runnable fault, java.util.function.LongSupplier end) {
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("before", "keys=k" + i + " micros=0");
			assertThat(fleet.worker(i).outcome("before")).isEqualTo("ok");
		}
		fault.run();
		List<Long> refused = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("refused", "keys=k" + i + " wait=800");
			fleet.worker(i).call("patient", "keys=p" + i + " wait=30000 micros=0");
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).outcome("refused")).isEqualTo("LockUnavailableException");
		}
		fleet.witness()
			.results()
			.stream()
			.filter((result) -> result.call().endsWith("/refused"))
			.forEach((result) -> refused.add(result.took()));
		long back = end.getAsLong();
		List<Long> again = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).outcome("patient")).isEqualTo("ok");
			again.add(fleet.worker(i).started("patient") - back);
		}
		fleet.stop();
		report(14, what + " refusedAfter " + figures(refused) + " backToGrant " + figures(again));
		assertThat(refused).allMatch((time) -> time >= TimeUnit.MILLISECONDS.toNanos(790)
				&& time <= TimeUnit.MILLISECONDS.toNanos(800 + 100) + TIMEOUT);
		assertThat(again).allMatch((time) -> time <= TimeUnit.SECONDS.toNanos(2));
	}

	@Test
	void row16_theReplyOfAnAcquireIsLost_itIsAskedForAgainAndGivenTheSameGrant() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(1, proxy.url(), "");
		List<String> numbers = new CopyOnWriteArrayList<>();
		proxy.rule((words) -> {
			if (!runs(words, Script.ACQUIRE)) {
				return Fate.PASS;
			}
			numbers.add(lastNumber(redis, fleet));
			return (numbers.size() == 2) ? Fate.LOSE_REPLY : Fate.PASS;
		});
		// The server knows the script by then.
		fleet.worker(0).call("before", "keys=k0 micros=0");
		assertThat(fleet.worker(0).outcome("before")).isEqualTo("ok");
		numbers.clear();
		numbers.add("first");
		fleet.worker(0).call("again", "keys=k0 micros=0");
		assertThat(fleet.worker(0).outcome("again")).isEqualTo("ok");
		long took = fleet.witness().results().get(1).took();
		assertThat(numbers).as("before each acquire").hasSizeGreaterThan(2);
		assertThat(numbers.get(2)).as("the number of the grant whose reply was lost")
			.isNotEqualTo(numbers.get(1))
			.isEqualTo(String.valueOf(fleet.witness().actions().get(1).token >> 10))
			.isEqualTo(lastNumber(redis, fleet));
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(16, "lostReplyOfAcquire callTook=" + millis(took) + "ms sameGrant=yes");
	}

	private static String lastNumber(RedisProcess redis, Fleet fleet) {
		return redis.keys("{" + fleet.prefix())
			.stream()
			.filter((key) -> key.endsWith(":f"))
			.map((key) -> String.valueOf(redis.call("GET", key)))
			.findAny()
			.orElse("none");
	}

	@Test
	void row16_repliesAreLostAndConnectionsAreKilledUnderLoad_noDoubleGrantAndNoOrphan() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(3, proxy.url(), "");
		AtomicInteger commands = new AtomicInteger();
		AtomicInteger cut = new AtomicInteger();
		proxy.rule((words) -> {
			if (words.get(0).startsWith("EVAL") && commands.incrementAndGet() % 97 == 0) {
				cut.incrementAndGet();
				return Fate.LOSE_REPLY;
			}
			return Fate.PASS;
		});
		AtomicInteger kills = new AtomicInteger();
		every(50, () -> {
			redis.call("CLIENT", "KILL", "TYPE", "normal");
			kills.incrementAndGet();
		});
		fleet.load("loops=8 hold=2 several=20 wait=60000");
		awaitGrants(fleet.witness(), pick(1_500, 10_000));
		closeLast();
		proxy.passAll();
		fleet.stop();
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(16, "operations=" + fleet.witness().grants() + " repliesLost=" + cut + " kills=" + kills + " outcomes="
				+ fleet.witness().outcomes());
		assertThat(fleet.witness().outcomes()).containsKey("ok")
			.doesNotContainKeys("LockTimeoutException", "LockRejectedException");
	}

	@Test
	void row17_anAcquireComesAfterItsCompensatingRelease_itIsRefusedByTheMark() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(1, proxy.url(), "");
		// So that the server knows the script.
		fleet.worker(0).call("before", "keys=any micros=0");
		assertThat(fleet.worker(0).outcome("before")).isEqualTo("ok");
		int rounds = pick(3, 50);
		for (int round = 0; round < rounds; round++) {
			String key = "k" + round;
			AtomicBoolean held = new AtomicBoolean();
			proxy.rule((words) -> {
				if (!runs(words, Script.ACQUIRE) || !held.compareAndSet(false, true)) {
					return Fate.PASS;
				}
				// So that it cannot be asked again before the caller gives up.
				proxy.refuse(true);
				return Fate.HOLD_AND_CUT;
			});
			fleet.worker(0).call("gives-up" + round, "keys=" + key + " wait=300");
			assertThat(fleet.worker(0).outcome("gives-up" + round)).isEqualTo("LockUnavailableException");
			proxy.refuse(false);
			RedisProcess.await("is marked as closed", 20,
					() -> redis.keys("{" + fleet.prefix())
						.stream()
						.anyMatch((name) -> name.contains("}:m:") && name.endsWith(":" + key)));
			long before = executed(redis);
			proxy.letGo();
			RedisProcess.await("the late acquire is executed", 20, () -> executed(redis) > before);
			assertThat(redis.keys("{" + fleet.prefix())).as("an owner, or a place in the queue")
				.noneMatch((name) -> name.endsWith("}:o:" + key) || name.endsWith("}:q:" + key));
			fleet.worker(0).call("again" + round, "keys=" + key + " micros=0");
			assertThat(fleet.worker(0).outcome("again" + round)).isEqualTo("ok");
		}
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(17, "lateAcquires=" + rounds + " refused=" + rounds);
	}

	/** How many scripts the server has run. */
	private static long executed(RedisProcess redis) {
		long calls = 0;
		for (String line : String.valueOf(redis.call("INFO", "commandstats")).split("\r\n")) {
			if (line.startsWith("cmdstat_eval")) {
				calls += Long.parseLong(line.replaceAll(".*:calls=(\\d+).*", "$1"));
			}
		}
		return calls;
	}

	@Test
	void row19_anOutage_locksAreGrantedSoonAfterItsEnd() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(3, proxy.url(), "");
		fleet.load("loops=4 hold=5 several=20 wait=60000");
		List<Long> again = new ArrayList<>();
		int rounds = pick(1, 3);
		long outage = pick(6_000, 25_000);
		for (int round = 0; round < rounds; round++) {
			awaitGrants(fleet.witness(), fleet.witness().grants() + 100);
			proxy.refuse(true);
			lastFor(outage);
			proxy.refuse(false);
			long back = System.nanoTime();
			again.add(awaitStartAfter(fleet.witness(), back) - back);
		}
		fleet.stop();
		fleet.witness().assertGood();
		assertThat(fleet.witness().outcome("ok")).isPositive();
		fleet.assertClean(redis);
		report(19, "outage=" + outage + "ms rounds=" + rounds + " backToGrant " + figures(again));
		assertThat(again).allMatch((time) -> time <= TimeUnit.MILLISECONDS.toNanos(1500));
	}

	@Test
	void row19_redisIsDownAtTheStart_locksAreGrantedSoonAfterItComes() {
		int port = RedisProcess.freePort();
		Fleet fleet = fleet(3, "redis://127.0.0.1:" + port, "");
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("early", "keys=k" + i + " wait=500");
			fleet.worker(i).call("patient", "keys=p" + i + " wait=60000 micros=0");
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).outcome("early")).isEqualTo("LockUnavailableException");
		}
		RedisProcess redis = closing(RedisProcess.startOn(port));
		long back = System.nanoTime();
		List<Long> again = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			again.add(Math.max(0, fleet.worker(i).started("patient") - back));
		}
		fleet.stop();
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(19, "downAtStart upToGrant " + figures(again));
		assertThat(again).allMatch((time) -> time <= TimeUnit.MILLISECONDS.toNanos(1500));
	}

	@Test
	void row20_wakeUpsAreLostAtEachRelease_aPollIsTheLongestThatCosts() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(2, redis.url(), "");
		RedisCommands admin = closing(redis.connect());
		List<Long> waits = new ArrayList<>();
		int releases = pick(30, 500);
		fleet.worker(0).call("r0", "keys=k0");
		for (int i = 0; i < releases; i++) {
			WorkerProcess holder = fleet.worker(i % 2);
			WorkerProcess next = fleet.worker((i + 1) % 2);
			String held = "r" + i;
			String wanted = "r" + (i + 1);
			holder.started(held);
			next.call(wanted, "keys=k0");
			RedisProcess.await("waits", 10, () -> CrashTests.waiting(redis, fleet, "k0") == 1);
			// The wake-up finds nobody, or somebody who has just been told and cut off.
			if (i % 4 < 2) {
				admin.call("CLIENT", "KILL", "TYPE", "pubsub");
				holder.end(held);
			}
			else {
				holder.end(held);
				admin.call("CLIENT", "KILL", "TYPE", "pubsub");
			}
			waits.add(next.started(wanted) - holder.ended(held));
		}
		fleet.worker(releases % 2).end("r" + releases);
		fleet.stop();
		fleet.witness().assertGood();
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(20, "releases=" + releases + " releaseToStart " + figures(waits));
		assertThat(waits).allMatch((time) -> time <= POLL + TimeUnit.MILLISECONDS.toNanos(100));
	}

}
