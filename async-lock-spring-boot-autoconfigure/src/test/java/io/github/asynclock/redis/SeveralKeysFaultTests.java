package io.github.asynclock.redis;

import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.redis.TcpProxy.Fate;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Most calls want several of few keys, in any order, while things go wrong: the part of
 * the protocol that no model checker has seen with faults. In each: no two actions of a
 * key overlap, tokens rise, every call ends (nobody waits for another in a circle), and
 * nothing is left.
 */
class SeveralKeysFaultTests extends FaultTest {

	private static final String LOAD = "keys=k0,k1,k2,k3 loops=8 several=90 hold=3 wait=60000";

	@Test
	void withoutFaults_allAreServed() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD);
		awaitGrants(fleet.witness(), pick(3_000, 30_000));
		assertGoodAndClean(fleet, redis);
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
	}

	@Test
	void waitsThatEnd_leaveNothingHeld() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD + " wait=15 hold=10");
		awaitGrants(fleet.witness(), pick(500, 10_000));
		assertGoodAndClean(fleet, redis);
		assertThat(fleet.witness().outcomes()).containsKeys("ok", "LockTimeoutException");
	}

	@Test
	void callsThatDoNotWait_leaveNothingHeld() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD + " wait=0");
		awaitGrants(fleet.witness(), pick(1_000, 10_000));
		assertGoodAndClean(fleet, redis);
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok", "LockTimeoutException");
	}

	@Test
	void repliesAreLostAndConnectionsAreCut() {
		RedisProcess redis = redis();
		TcpProxy proxy = proxy(redis.port());
		Fleet fleet = fleet(3, proxy.url(), "");
		AtomicInteger commands = new AtomicInteger();
		proxy.rule((words) -> (words.get(0).startsWith("EVAL") && commands.incrementAndGet() % 61 == 0)
				? Fate.LOSE_REPLY : Fate.PASS);
		fleet.load(LOAD);
		awaitGrants(fleet.witness(), pick(800, 10_000));
		proxy.passAll();
		assertGoodAndClean(fleet, redis);
		assertThat(fleet.witness().outcomes()).containsKey("ok").doesNotContainKey("LockTimeoutException");
	}

	@Test
	void redisStallsForLongerThanTheLease() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD);
		for (int round = 0; round < pick(2, 20); round++) {
			awaitGrants(fleet.witness(), fleet.witness().grants() + 200);
			redis.pause();
			lastFor(Fleet.LEASE_MILLIS + 500);
			redis.resume();
		}
		awaitGrants(fleet.witness(), fleet.witness().grants() + 200);
		assertGoodAndClean(fleet, redis);
	}

	@Test
	void jvmsAreKilled() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD);
		for (int round = 0; round < pick(2, 20); round++) {
			awaitGrants(fleet.witness(), fleet.witness().grants() + 200);
			fleet.worker(round).kill9();
			fleet.load(fleet.add(1, "").get(0), LOAD);
		}
		awaitGrants(fleet.witness(), fleet.witness().grants() + 200);
		assertGoodAndClean(fleet, redis);
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
	}

	@Test
	void allKeysAreLostAgainAndAgain() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		fleet.load(LOAD + " hold=30");
		for (int round = 0; round < pick(3, 30); round++) {
			awaitGrants(fleet.witness(), fleet.witness().grants() + 100);
			fleet.witness().losing(() -> redis.call("FLUSHALL"));
		}
		awaitGrants(fleet.witness(), fleet.witness().grants() + 100);
		assertGoodAndClean(fleet, redis);
	}

	private static void assertGoodAndClean(Fleet fleet, RedisProcess redis) {
		fleet.stop();
		fleet.witness().assertGood();
		fleet.assertClean(redis);
	}

}
