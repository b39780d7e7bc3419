package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JVM of a holder ends: without a word, and in good order.
 */
class CrashTests extends FaultTest {

	@Test
	void row04_holderAndTenWaitersAreKilled_theNextGrantComesWithinLeaseAndPoll() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(2, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> again = new ArrayList<>();
		int rounds = pick(2, 20);
		for (int round = 0; round < rounds; round++) {
			WorkerProcess dies = fleet.add(1, "").get(0);
			dies.call("holds", "keys=k0");
			dies.started("holds");
			for (int i = 0; i < 10; i++) {
				dies.call("waits" + i, "keys=k0");
			}
			for (int i = 0; i < 2; i++) {
				fleet.worker(i).call("next" + round, "keys=k0 micros=1000");
			}
			RedisProcess.await("both wait", 10, () -> waiting(redis, fleet, "k0") == 2);
			long killed = dies.kill9();
			long next = awaitStartAfter(witness, killed);
			again.add(next - killed);
			for (int i = 0; i < 2; i++) {
				assertThat(fleet.worker(i).outcome("next" + round)).isEqualTo("ok");
			}
		}
		fleet.stop();
		witness.assertGood();
		fleet.assertClean(redis);
		report(4, "kills=" + rounds + " killToGrant " + figures(again));
		assertThat(again).allMatch((time) -> time <= LEASE + POLL);
	}

	/** As row 4, with waiting instances that die, too, and load all the while. */
	@Test
	void row04_jvmsAreKilledUnderLoad_andNoKeyStaysTaken() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		fleet.load("loops=6 hold=5 several=30");
		List<Long> again = new ArrayList<>();
		int rounds = pick(2, 20);
		for (int round = 0; round < rounds; round++) {
			awaitGrants(witness, witness.grants() + 200);
			WorkerProcess dies = fleet.worker(round);
			long killed = dies.kill9();
			for (String key : Fleet.KEYS.split(",")) {
				RedisProcess.await(key + " is granted", 60,
						() -> witness.firstStartAfter(key, killed) != Long.MAX_VALUE);
				again.add(witness.firstStartAfter(key, killed) - killed);
			}
			fleet.load(fleet.add(1, "").get(0), "loops=6 hold=5 several=30");
		}
		fleet.stop();
		witness.assertGood();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(4, "underLoad kills=" + rounds + " grants=" + witness.grants() + " killToGrantPerKey " + figures(again));
		// A call asks for its second key once it has the first, for which it may have
		// waited a lease: only then it looks at who is in line there, and may find the
		// dead.
		long dead = 3 * POLL + TIMEOUT + POLL;
		assertThat(again).allMatch((time) -> time <= LEASE + 2 * dead);
	}

	/** Also where the least hold is longer than the lease: first-wins rests on it. */
	@Test
	void aLeastHoldOutlivesItsHoldersCrash() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(1, redis.url(), "");
		long least = 3 * Fleet.LEASE_MILLIS;
		WorkerProcess winner = fleet.add(1, "").get(0);
		winner.call("wins", "keys=k0 least=" + least);
		long started = winner.started("wins");
		fleet.worker(0).call("next", "keys=k0 micros=0");
		RedisProcess.await("the next one waits", 10, () -> waiting(redis, fleet, "k0") == 1);
		winner.kill9();
		// The grant is a little older than the start; a lease would be over long before.
		assertThat(fleet.worker(0).started("next") - started)
			.isGreaterThan(TimeUnit.MILLISECONDS.toNanos(least - Fleet.LEASE_MILLIS / 2));
		fleet.stop();
		fleet.witness().assertGood();
	}

	static int waiting(RedisProcess redis, Fleet fleet, String key) {
		return redis.keys("{" + fleet.prefix())
			.stream()
			.filter((name) -> name.endsWith("}:q:" + key))
			.mapToInt((name) -> ((Long) redis.call("LLEN", name)).intValue())
			.sum();
	}

	@Test
	void row05_sigterm_drainsAndReleases_andAPeerHasTheKeyAtOnce() {
		RedisProcess redis = redis();
		List<Long> released = new ArrayList<>();
		List<Long> abandoned = new ArrayList<>();
		Fleet fleet = fleet(2, redis.url(), "");
		int rounds = pick(2, 10);
		for (int round = 0; round < rounds; round++) {
			WorkerProcess ends = fleet.add(1, "drain=1000").get(0);
			ends.call("quick", "keys=k0");
			ends.call("slow", "keys=k1");
			ends.started("quick");
			ends.started("slow");
			ends.call("waits", "keys=k1");
			fleet.worker(0).call("quick" + round, "keys=k0 micros=0");
			fleet.worker(1).call("slow" + round, "keys=k1 micros=0");
			RedisProcess.await("both wait", 10, () -> waiting(redis, fleet, "k0") + waiting(redis, fleet, "k1") == 2);
			ends.terminate();
			ends.awaitAnswer("DRAINING");
			assertThat(ends.outcome("waits")).isEqualTo("LockClosedException");
			ends.call("late", "keys=k7");
			assertThat(ends.outcome("late")).isEqualTo("LockClosedException");
			assertThat(ends.wasTold("slow")).isFalse();
			long now = System.nanoTime();
			ends.end("quick");
			assertThat(ends.outcome("quick")).isEqualTo("ok");
			released.add(fleet.worker(0).started("quick" + round) - now);
			long told = ends.told("slow");
			abandoned.add(fleet.worker(1).started("slow" + round) - told);
			assertThat(ends.outcome("slow")).isEqualTo("LockLostException");
			ends.awaitAnswer("DRAINED");
			ends.awaitExit(20);
		}
		fleet.stop();
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(5,
				"terminated=" + rounds + " endToPeer " + figures(released) + " drainOverToPeer " + figures(abandoned));
		assertThat(released).allMatch((time) -> time <= TimeUnit.MILLISECONDS.toNanos(200));
		assertThat(abandoned).allMatch((time) -> time <= TimeUnit.MILLISECONDS.toNanos(200));
	}

}
