package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis forgets, or cannot remember.
 */
class DataLossTests extends FaultTest {

	/**
	 * Every third of a lease a holder asks; then come a command's time and its thread.
	 */
	private static final long NEXT_RENEWAL = LEASE / 3 + TIMEOUT + TimeUnit.MILLISECONDS.toNanos(300);

	/** How Redis loses what it knew. */
	enum Loss {

		RESTART {
			@Override
			void lose(RedisProcess redis, Fleet fleet) {
				fleet.witness().losing(redis::kill9);
				redis.restart();
			}
		},

		FLUSHALL {
			@Override
			void lose(RedisProcess redis, Fleet fleet) {
				fleet.witness().losing(() -> redis.call("FLUSHALL"));
			}
		},

		DEL {
			@Override
			void lose(RedisProcess redis, Fleet fleet) {
				fleet.witness()
					.losing(() -> redis.keys("{" + fleet.prefix())
						.stream()
						.filter((key) -> key.contains("}:o:"))
						.forEach((key) -> redis.call("DEL", key)));
			}
		};

		abstract void lose(RedisProcess redis, Fleet fleet);

	}

	@ParameterizedTest
	@EnumSource
	void row06_redisForgets_theLeaseIsLostAtTheNextRenewal_andTokensStillRise(Loss loss) {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> told = new ArrayList<>();
		int rounds = pick(1, 10);
		for (int round = 0; round < rounds; round++) {
			String call = "r" + round;
			for (int i = 0; i < 3; i++) {
				fleet.worker(i).call(call, "keys=long" + i);
				fleet.worker(i).started(call);
			}
			fleet.load("loops=4 hold=5 several=20");
			awaitGrants(witness, witness.grants() + 100);
			loss.lose(redis, fleet);
			long lost = System.nanoTime();
			for (int i = 0; i < 3; i++) {
				told.add(fleet.worker(i).told(call) - lost);
				assertThat(fleet.worker(i).outcome(call)).isEqualTo("LockLostException");
			}
			awaitGrants(witness, witness.grants() + 100);
			fleet.stop();
		}
		// The witness checks that each token is greater, also than those before the loss.
		witness.assertGood();
		// Unavailable: lost before its action had started, which then does not start.
		assertThat(witness.outcomes().keySet()).isSubsetOf("ok", "LockLostException", "LockUnavailableException");
		fleet.assertClean(redis);
		report(6, loss + " rounds=" + rounds + " grants=" + witness.grants() + " lossToTold " + figures(told));
		assertThat(told).allMatch((time) -> time <= ((loss == Loss.RESTART) ? LEASE : NEXT_RENEWAL));
	}

	@Test
	void row06_whatIsLostIsNotMadeAgain() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(1, redis.url(), "");
		WorkerProcess holder = fleet.worker(0);
		for (int round = 0; round < 3; round++) {
			String call = "r" + round;
			holder.call(call, "keys=k0");
			holder.started(call);
			redis.call("FLUSHALL");
			long until = System.nanoTime() + NEXT_RENEWAL;
			while (System.nanoTime() < until) {
				assertThat(redis.keys("{" + fleet.prefix())).noneMatch((key) -> key.contains("}:o:"));
				RedisProcess.pauseBriefly();
			}
			assertThat(holder.outcome(call)).isEqualTo("LockLostException");
		}
		fleet.witness().assertGood();
	}

	@Test
	void row07_redisRestartsWithAof_nothingIsLost() {
		RedisProcess redis = redis("appendonly yes", "appendfsync always");
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> again = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("long", "keys=long" + i + " lease=10000");
			fleet.worker(i).started("long");
		}
		int rounds = pick(2, 10);
		fleet.load("loops=4 hold=5 several=20");
		for (int round = 0; round < rounds; round++) {
			awaitGrants(witness, witness.grants() + 100);
			redis.kill9();
			redis.restart();
			long back = System.nanoTime();
			again.add(awaitStartAfter(witness, back) - back);
		}
		awaitGrants(witness, witness.grants() + 100);
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).end("long");
			assertThat(fleet.worker(i).outcome("long")).isEqualTo("ok");
		}
		fleet.stop();
		witness.assertGood();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(7, "restarts=" + rounds + " grants=" + witness.grants() + " lost=" + witness.lost() + " backToGrant "
				+ figures(again));
		assertThat(witness.lost()).isZero();
	}

	@Test
	void row08_memoryIsFull_grantsAreRefused_renewalsAndReleasesWork() {
		RedisProcess redis = redis("maxmemory-policy noeviction");
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("long", "keys=long" + i);
			fleet.worker(i).started("long");
		}
		redis.call("CONFIG", "SET", "maxmemory", 1);
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("full", "keys=k" + i + " wait=1000");
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).outcome("full")).isEqualTo("LockUnavailableException");
		}
		long full = System.nanoTime();
		lastFor(2 * Fleet.LEASE_MILLIS);
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).wasTold("long")).as("told lost").isFalse();
			fleet.worker(i).end("long");
			assertThat(fleet.worker(i).outcome("long")).isEqualTo("ok");
		}
		assertThat(redis.keys("{" + fleet.prefix())).noneMatch((key) -> key.contains("}:o:"));
		long heldFull = System.nanoTime() - full;
		redis.call("CONFIG", "SET", "maxmemory", 0);
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("again", "keys=k" + i + " micros=0");
			assertThat(fleet.worker(i).outcome("again")).isEqualTo("ok");
		}
		witness.assertGood();
		fleet.assertClean(redis);
		report(8, "noeviction heldWhileFull=" + millis(heldFull) + "ms lost=0");
	}

	@Test
	void row08_locksAreEvicted_thatIsALostLease() {
		RedisProcess redis = redis("maxmemory-policy allkeys-lru");
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> told = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("long", "keys=long" + i);
			fleet.worker(i).started("long");
		}
		long now = System.nanoTime();
		witness.losing(() -> evict(redis, fleet));
		for (int i = 0; i < 3; i++) {
			told.add(fleet.worker(i).told("long") - now);
			assertThat(fleet.worker(i).outcome("long")).isEqualTo("LockLostException");
		}
		redis.call("CONFIG", "SET", "maxmemory", 0);
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("again", "keys=long" + (i + 1) % 3 + " micros=0");
			assertThat(fleet.worker(i).outcome("again")).isEqualTo("ok");
		}
		witness.assertGood();
		fleet.assertClean(redis);
		report(8, "allkeys-lru evictionToTold " + figures(told));
		assertThat(told).allMatch((time) -> time <= NEXT_RENEWAL);
	}

	private static void evict(RedisProcess redis, Fleet fleet) {
		redis.call("CONFIG", "SET", "maxmemory", 1);
		for (int i = 0; i < 100 && redis.keys("{" + fleet.prefix()).stream().anyMatch((k) -> k.contains("}:o:")); i++) {
			try {
				redis.call("SET", "application:" + i, "x");
			}
			catch (RedisCommands.RedisError error) {
				// full, after all that could be evicted was
			}
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void row08_aPolicyThatMayEvictLocksIsWarnedOf(CapturedOutput output) {
		RedisProcess redis = redis("maxmemory 100mb", "maxmemory-policy volatile-ttl");
		closing(new OwnStore(redis.url(), (settings) -> settings));
		assertThat(output.getAll()).contains("maxmemory-policy").contains("volatile-ttl").contains("noeviction");
	}

	/** What a clock of Redis that jumps ahead does to what expires. */
	@Test
	void row11_theClockOfRedisJumpsAhead_theLeaseIsLostAtTheNextRenewal() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		List<Long> told = new ArrayList<>();
		int rounds = pick(1, 10);
		for (int round = 0; round < rounds; round++) {
			String call = "r" + round;
			for (int i = 0; i < 3; i++) {
				fleet.worker(i).call(call, "keys=long" + i);
				fleet.worker(i).started(call);
			}
			fleet.load("loops=4 hold=5 several=20");
			awaitGrants(witness, witness.grants() + 100);
			witness.losing(() -> ClockJump.simulate(redis, fleet.prefix(), 20_000));
			long jumped = System.nanoTime();
			for (int i = 0; i < 3; i++) {
				told.add(fleet.worker(i).told(call) - jumped);
				assertThat(fleet.worker(i).outcome(call)).isEqualTo("LockLostException");
			}
			fleet.stop();
		}
		witness.assertGood();
		fleet.assertClean(redis);
		report(11, "ahead=20s (ttl) rounds=" + rounds + " jumpToTold " + figures(told));
		assertThat(told).allMatch((time) -> time <= NEXT_RENEWAL);
	}

	@Test
	void row11_theClockOfRedisJumpsBack_noKeyIsStuck() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		WorkerProcess dies = fleet.worker(2);
		dies.call("holds", "keys=k0");
		dies.call("also", "keys=k1");
		dies.started("holds");
		dies.started("also");
		fleet.worker(0).call("waits", "keys=k0 micros=0");
		RedisProcess.await("waits", 10, () -> CrashTests.waiting(redis, fleet, "k0") == 1);
		dies.kill9();
		ClockJump.simulate(redis, fleet.prefix(), -3_600_000);
		long jumped = System.nanoTime();
		fleet.worker(1).call("comes", "keys=k1 micros=0");
		long waited = fleet.worker(0).started("waits") - jumped;
		long came = fleet.worker(1).started("comes") - jumped;
		fleet.stop();
		witness.assertGood();
		fleet.assertClean(redis);
		report(11, "back=1h (ttl) jumpToGrant " + figures(List.of(waited, came)));
		// The next poll takes the hour off, and a lease begins.
		assertThat(List.of(waited, came)).allMatch((time) -> time <= LEASE + POLL + TimeUnit.MILLISECONDS.toNanos(100));
	}

	@Test
	void row11_theClockOfRedisJumpsBack_aWaiterThatDiedIsNotWaitedForAnHour() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		WorkerProcess holder = fleet.worker(0);
		holder.call("holds", "keys=k0");
		holder.started("holds");
		WorkerProcess dies = fleet.worker(1);
		dies.call("waits", "keys=k0 micros=0");
		RedisProcess.await("one waits", 10, () -> CrashTests.waiting(redis, fleet, "k0") == 1);
		dies.kill9();
		fleet.worker(2).call("waits", "keys=k0 micros=0");
		RedisProcess.await("two wait", 10, () -> CrashTests.waiting(redis, fleet, "k0") == 2);
		ClockJump.simulate(redis, fleet.prefix(), -3_600_000);
		holder.end("holds");
		long ended = holder.ended("holds");
		long next = fleet.worker(2).started("waits") - ended;
		fleet.stop();
		fleet.witness().assertGood();
		report(11, "back=1h (ttl) deadWaiterFirst releaseToGrant " + figures(List.of(next)));
		assertThat(next).isLessThanOrEqualTo(LEASE + 4 * POLL + TIMEOUT);
		fleet.assertClean(redis);
	}

	@Test
	void row06_tokensRiseAlsoWhereTheCounterIsGone() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		for (int round = 0; round < pick(20, 200); round++) {
			for (int i = 0; i < 3; i++) {
				String call = "r" + round;
				fleet.worker(i).call(call, "keys=k0 micros=0");
				assertThat(fleet.worker(i).outcome(call)).isEqualTo("ok");
			}
			fleet.witness().losing(() -> redis.call("FLUSHALL"));
		}
		fleet.witness().assertGood();
	}

}
