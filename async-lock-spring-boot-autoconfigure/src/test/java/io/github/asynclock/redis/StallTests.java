package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis, a holder or the network between them stands still for a while.
 */
class StallTests extends FaultTest {

	@Test
	void row01_redisStallsForHalfASecond_noLeaseIsLost() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("all", "keys=long" + i);
			fleet.worker(i).started("all");
		}
		fleet.load("loops=4 hold=5 several=20");
		awaitGrants(witness, 50);
		List<Long> again = new ArrayList<>();
		int stalls = pick(6, 50);
		for (int i = 0; i < stalls; i++) {
			redis.pause();
			lastFor(500);
			long resumed = System.nanoTime();
			redis.resume();
			again.add(awaitStartAfter(witness, resumed) - resumed);
			awaitGrants(witness, witness.grants() + 30);
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).wasTold("all")).as("told lost").isFalse();
			fleet.worker(i).end("all");
			assertThat(fleet.worker(i).outcome("all")).isEqualTo("ok");
		}
		fleet.stop();
		witness.assertGood();
		assertThat(witness.lost()).as("leases lost").isZero();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(1, "stalls=" + stalls + " grants=" + witness.grants() + " lost=0 resumeToGrant " + figures(again));
	}

	@Test
	void row02_redisStallsLongerThanTheLease_holdersAreToldInTime_andNoOrphanIsLeft() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> told = new ArrayList<>();
		List<Long> again = new ArrayList<>();
		int rounds = pick(1, 10);
		for (int round = 0; round < rounds; round++) {
			String call = "r" + round;
			for (int i = 0; i < 3; i++) {
				fleet.worker(i).call(call, "keys=long" + i);
				fleet.worker(i).started(call);
			}
			fleet.load("loops=4 hold=5 several=20");
			awaitGrants(witness, witness.grants() + 100);
			redis.pause();
			long paused = System.nanoTime();
			lastFor(Fleet.LEASE_MILLIS + 1000);
			long resumed = System.nanoTime();
			redis.resume();
			for (int i = 0; i < 3; i++) {
				told.add(fleet.worker(i).told(call) - paused);
				assertThat(fleet.worker(i).outcome(call)).isEqualTo("LockLostException");
			}
			for (String key : Fleet.KEYS.split(",")) {
				RedisProcess.await(key + " is granted", 60,
						() -> witness.firstStartAfter(key, resumed) != Long.MAX_VALUE);
				again.add(witness.firstStartAfter(key, resumed) - resumed);
			}
			fleet.stop();
		}
		witness.assertGood();
		fleet.assertClean(redis);
		report(2, "rounds=" + rounds + " grants=" + witness.grants() + " stallToTold " + figures(told)
				+ " resumeToGrant " + figures(again));
		// A local deadline is at the latest the lease after the stall began.
		assertThat(told).allMatch((time) -> time <= LEASE + TimeUnit.MILLISECONDS.toNanos(100));
		assertThat(again).allMatch((time) -> time <= LEASE + POLL);
	}

	@Test
	void row03_aHolderStandsStillLongerThanItsLease_isToldOnResume_andItsStaleWritesAreRejected() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness().holdersWerePaused();
		List<Long> told = new ArrayList<>();
		int rounds = pick(2, 50);
		for (int round = 0; round < rounds; round++) {
			WorkerProcess holder = fleet.worker(round % 3);
			WorkerProcess next = fleet.worker((round + 1) % 3);
			String call = "r" + round;
			holder.call(call, "keys=resource write=1");
			holder.started(call);
			next.call(call, "keys=resource write=1 wait=20000");
			holder.pause();
			next.started(call);
			witness.awaitWrites(next.name() + "/" + call, 3);
			long resumed = System.nanoTime();
			holder.resume();
			told.add(holder.told(call) - resumed);
			assertThat(holder.outcome(call)).isEqualTo("LockLostException");
			next.end(call);
			assertThat(next.outcome(call)).isEqualTo("ok");
		}
		witness.assertGood();
		fleet.assertClean(redis);
		report(3, "stops=" + rounds + " staleWrites=" + witness.staleWrites() + " accepted=0 corruptedWithoutCheck="
				+ witness.corruptions() + " resumeToTold " + figures(told));
		assertThat(witness.staleWrites()).as("stale writes that a check of tokens rejects").isPositive();
		assertThat(witness.corruptions()).as("values that went back without the check").isPositive();
	}

	@Test
	void row18_aPeerThatHangs_isReplaced() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(3, proxy.url(), "");
		Witness witness = fleet.witness();
		fleet.load("loops=4 hold=5 several=20");
		List<Long> again = new ArrayList<>();
		List<Long> underLoad = new ArrayList<>();
		int rounds = pick(2, 20);
		for (int round = 0; round < rounds; round++) {
			awaitGrants(witness, witness.grants() + 100);
			proxy.swallow(true);
			proxy.swallow(false);
			long hung = System.nanoTime();
			String call = "r" + round;
			for (int i = 0; i < 3; i++) {
				// A key of its own, as those of the load may wait for those that hang.
				fleet.worker(i).call(call, "keys=own" + i + " micros=0");
			}
			for (int i = 0; i < 3; i++) {
				again.add(fleet.worker(i).started(call) - hung);
			}
			for (String key : Fleet.KEYS.split(",")) {
				RedisProcess.await(key + " is granted", 60, () -> witness.firstStartAfter(key, hung) != Long.MAX_VALUE);
				underLoad.add(witness.firstStartAfter(key, hung) - hung);
			}
		}
		fleet.stop();
		witness.assertGood();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(18, "rounds=" + rounds + " grants=" + witness.grants() + " hangToGrantInEachJvm " + figures(again)
				+ " onKeysOfTheLoad " + figures(underLoad));
		assertThat(again).allMatch((time) -> time <= 3 * TIMEOUT + TimeUnit.SECONDS.toNanos(1));
	}

	@Test
	void row18_withoutLoad_aPeerThatHangsIsReplacedAsSoon() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(3, proxy.url(), "");
		List<Long> again = new ArrayList<>();
		int rounds = pick(2, 20);
		for (int round = 0; round < rounds; round++) {
			String call = "r" + round;
			for (int i = 0; i < 3; i++) {
				fleet.worker(i).call("before" + call, "keys=own" + i + " micros=0");
				assertThat(fleet.worker(i).outcome("before" + call)).isEqualTo("ok");
			}
			proxy.swallow(true);
			proxy.swallow(false);
			long hung = System.nanoTime();
			for (int i = 0; i < 3; i++) {
				fleet.worker(i).call(call, "keys=own" + i + " micros=0");
			}
			for (int i = 0; i < 3; i++) {
				again.add(fleet.worker(i).started(call) - hung);
			}
		}
		fleet.stop();
		fleet.witness().assertGood();
		fleet.assertClean(redis);
		report(18, "withoutLoad rounds=" + rounds + " hangToGrant " + figures(again));
		assertThat(again).allMatch((time) -> time <= 3 * TIMEOUT + TimeUnit.SECONDS.toNanos(1));
	}

}
