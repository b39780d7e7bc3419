package io.github.asynclock.redis;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another server becomes the primary.
 */
class FailoverTests extends FaultTest {

	@Test
	void row09_thePrimaryIsDemoted_noGrantOnAReplica_andItRecoversByItself() {
		RedisProcess redis = redis();
		RedisProcess other = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		Witness witness = fleet.witness();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("before", "keys=k" + i + " micros=0");
			assertThat(fleet.worker(i).outcome("before")).isEqualTo("ok");
		}
		redis.replicaOf(other);
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("refused", "keys=k" + i + " wait=1000");
			fleet.worker(i).call("patient", "keys=p" + i + " wait=30000 micros=0");
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).outcome("refused")).isEqualTo("LockUnavailableException");
			assertThat(fleet.worker(i).hasStarted("patient")).isFalse();
		}
		witness.losing(() -> redis.call("REPLICAOF", "NO", "ONE"));
		long back = System.nanoTime();
		List<Long> again = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			again.add(fleet.worker(i).started("patient") - back);
		}
		fleet.stop();
		witness.assertGood();
		fleet.assertClean(redis);
		report(9, "demoted grantsOnReplica=0 backToGrant " + figures(again));
		assertThat(again).allMatch((time) -> time <= TimeUnit.SECONDS.toNanos(2));
	}

	@Test
	void row09_aGrantThatDidNotReplicate_endsAsLost() {
		RedisProcess primary = redis();
		TcpProxy replication = proxy(primary.port());
		RedisProcess replica = redis();
		replica.call("REPLICAOF", "127.0.0.1", replication.port());
		RedisProcess.await("replicates", 20, () -> replica.info("master_link_status").equals("up"));
		TcpProxy address = proxy(primary.port());
		Fleet fleet = fleet(3, address.url(), "");
		Witness witness = fleet.witness();
		replication.swallow(true);
		fleet.worker(0).call("holds", "keys=k0");
		fleet.worker(0).started("holds");
		witness.losing(() -> {
			replica.call("REPLICAOF", "NO", "ONE");
			address.target(replica.port());
			address.cut();
		});
		long failedOver = System.nanoTime();
		fleet.worker(1).call("next", "keys=k0");
		long next = fleet.worker(1).started("next") - failedOver;
		long told = fleet.worker(0).told("holds") - failedOver;
		assertThat(fleet.worker(0).outcome("holds")).isEqualTo("LockLostException");
		fleet.worker(1).end("next");
		fleet.stop();
		witness.assertGood();
		fleet.assertClean(replica);
		report(9, "notReplicated failoverToTold=" + millis(told) + "ms failoverToNextGrant=" + millis(next) + "ms");
		assertThat(told).isLessThanOrEqualTo(LEASE + TimeUnit.MILLISECONDS.toNanos(100));
	}

	@Test
	void row09_sentinelFailsOver_locksAreGrantedAgainByItself() {
		Sentinels set = new Sentinels(false);
		Fleet fleet = fleet(3, set.url(), "");
		Witness witness = fleet.witness();
		fleet.load("loops=4 hold=5 several=20 wait=60000");
		List<Long> again = new ArrayList<>();
		awaitGrants(witness, 200);
		long killed = System.nanoTime();
		witness.losing(set.primary::kill9);
		set.awaitOtherPrimary(set.primary.port());
		long promoted = System.nanoTime();
		for (int i = 0; i < 3; i++) {
			String worker = fleet.worker(i).name();
			RedisProcess.await(worker + " is granted a key", 60,
					() -> witness.firstStartOf(worker, promoted) != Long.MAX_VALUE);
			again.add(witness.firstStartOf(worker, promoted) - promoted);
		}
		awaitGrants(witness, witness.grants() + 200);
		fleet.stop();
		witness.assertGood();
		RedisProcess now = set.replicas.stream().filter((one) -> is("master", one)).findAny().get();
		fleet.assertClean(now);
		report(9, "sentinel grants=" + witness.grants() + " killToPromoted=" + millis(promoted - killed)
				+ "ms promotedToGrantInEachJvm " + figures(again) + " outcomes=" + witness.outcomes());
		assertThat(again).allMatch((time) -> time <= TimeUnit.SECONDS.toNanos(5));
	}

	@Test
	void row10_splitBrain_noKeyIsGrantedOnBothSides() {
		Sentinels set = new Sentinels(true);
		// Two live where sentinel says, one reaches the old primary directly.
		Fleet fleet = fleet(2, set.url(), "minReplicas=1 replicaTimeout=100");
		Fleet cutOff = closing(fleet.beside(1, set.primary.url(), "minReplicas=1 replicaTimeout=100"));
		Witness witness = fleet.witness();
		fleet.load("loops=4 hold=5 wait=60000");
		cutOff.load("loops=4 hold=5 wait=60000");
		awaitGrants(witness, 200);
		set.address.refuse(true);
		long split = System.nanoTime();
		set.awaitOtherPrimary(set.address.port());
		long promoted = System.nanoTime();
		long again = awaitStartAfter(witness, promoted) - promoted;
		awaitGrants(witness, witness.grants() + 200);
		String isolated = cutOff.worker(0).name();
		long last = witness.actions()
			.stream()
			.filter((action) -> action.worker.equals(isolated))
			.mapToLong((action) -> action.start)
			.max()
			.getAsLong();
		lastFor(Fleet.LEASE_MILLIS);
		assertThat(witness.firstStartOf(isolated, promoted)).as("a grant on the old side").isEqualTo(Long.MAX_VALUE);
		set.address.refuse(false);
		RedisProcess.await("the old primary becomes a replica", 60, () -> is("slave", set.primary));
		cutOff.worker(0).kill9();
		fleet.stop();
		witness.assertGood();
		report(10, "splitToPromoted=" + millis(promoted - split) + "ms promotedToGrant=" + millis(again)
				+ "ms lastGrantOfOldSideAfterSplit=" + millis(last - split) + "ms grants=" + witness.grants());
	}

	/** A server that changes its role cuts all connections. */
	private static boolean is(String role, RedisProcess redis) {
		try {
			return redis.info("role").equals(role);
		}
		catch (UncheckedIOException ex) {
			return false;
		}
	}

	/** A primary, two replicas and three sentinels. */
	private final class Sentinels {

		final RedisProcess primary;

		/** What others know the primary by. */
		final TcpProxy address;

		final List<RedisProcess> replicas = new ArrayList<>();

		final List<RedisProcess> sentinels = new ArrayList<>();

		Sentinels(boolean behindProxy) {
			String[] lines = { "min-replicas-to-write " + (behindProxy ? 1 : 0), "min-replicas-max-lag 1",
					"repl-ping-replica-period 1", "repl-diskless-sync-delay 0" };
			this.primary = redis(lines);
			this.address = behindProxy ? proxy(this.primary.port()) : null;
			int port = behindProxy ? this.address.port() : this.primary.port();
			for (int i = 0; i < 2; i++) {
				RedisProcess replica = redis(lines);
				replica.call("REPLICAOF", "127.0.0.1", port);
				this.replicas.add(replica);
			}
			for (RedisProcess replica : this.replicas) {
				RedisProcess.await("replicates", 30, () -> replica.info("master_link_status").equals("up"));
			}
			for (int i = 0; i < 3; i++) {
				this.sentinels.add(closing(RedisProcess.sentinel(port, 2)));
			}
			for (RedisProcess sentinel : this.sentinels) {
				RedisProcess.await("knows all", 60, () -> {
					String line = sentinel.info("master0");
					return line.contains("status=ok,") && line.contains("slaves=2,") && line.contains("sentinels=3");
				});
			}
		}

		String url() {
			return this.sentinels.stream()
				.map((sentinel) -> "127.0.0.1:" + sentinel.port())
				.collect(Collectors.joining(",", "redis-sentinel://", "#locks"));
		}

		void awaitOtherPrimary(int port) {
			RedisProcess.await("a replica is promoted", 60,
					() -> this.replicas.stream().anyMatch((replica) -> is("master", replica)));
			RedisProcess.await("sentinels say so", 60,
					() -> this.sentinels.stream()
						.allMatch((sentinel) -> !sentinel.call("SENTINEL", "get-master-addr-by-name", "locks")
							.toString()
							.contains(String.valueOf(port))));
		}

	}

}
