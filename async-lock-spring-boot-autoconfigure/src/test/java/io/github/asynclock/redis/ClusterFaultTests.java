package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Redis Cluster: keys over several slots, slots that move, and a node that dies.
 */
class ClusterFaultTests extends FaultTest {

	private final List<RedisProcess> nodes = new ArrayList<>();

	@BeforeEach
	void startCluster() {
		for (int i = 0; i < 3; i++) {
			this.nodes.add(redis("cluster-enabled yes", "cluster-node-timeout 2000", "cluster-require-full-coverage no",
					"appendonly yes", "appendfsync always"));
		}
		RedisProcess.cluster(this.nodes);
	}

	private String cluster() {
		return this.nodes.stream()
			.map((node) -> "127.0.0.1:" + node.port())
			.collect(Collectors.joining(",", "cluster=", ""));
	}

	private RedisProcess[] all() {
		return this.nodes.toArray(RedisProcess[]::new);
	}

	@Test
	void row21_slotsMoveUnderLoad_noErrorAndNoDoubleGrant() {
		Fleet fleet = fleet(3, "", cluster());
		Witness witness = fleet.witness();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("long", "keys=long" + i + ",other" + i);
			fleet.worker(i).started("long");
		}
		fleet.load("loops=4 hold=5 several=40 wait=60000");
		awaitGrants(witness, 100);
		int moves = 0;
		int rounds = pick(2, 20);
		for (int round = 0; round < rounds; round++) {
			for (int slot : slots(fleet)) {
				move(slot);
				moves++;
			}
			awaitGrants(witness, witness.grants() + 100);
		}
		for (int i = 0; i < 3; i++) {
			assertThat(fleet.worker(i).wasTold("long")).as("told lost").isFalse();
			fleet.worker(i).end("long");
			assertThat(fleet.worker(i).outcome("long")).isEqualTo("ok");
		}
		fleet.stop();
		witness.assertGood();
		assertThat(witness.outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(all());
		report(21, "slotsMoved=" + moves + " grants=" + witness.grants() + " lost=" + witness.lost() + " outcomes="
				+ witness.outcomes());
		assertThat(witness.lost()).as("leases lost").isZero();
	}

	@Test
	void row21_aNodeIsDownForAWhile_theKeysOfOthersAreGranted() {
		Fleet fleet = fleet(3, "", cluster());
		Witness witness = fleet.witness();
		fleet.load("loops=4 hold=5 wait=60000");
		awaitGrants(witness, 200);
		RedisProcess down = this.nodes.get(1);
		down.kill9();
		long killed = System.nanoTime();
		String other = java.util.Arrays.stream(Fleet.KEYS.split(","))
			.filter((key) -> this.nodes.stream()
				.filter(RedisProcess::isRunning)
				.anyMatch((node) -> node.keys("{" + fleet.prefix())
					.contains("{" + fleet.prefix() + ":1:" + Integer.toHexString(KeyNames.stripe(key)) + "}:f")))
			.findFirst()
			.orElseThrow();
		lastFor(2 * Fleet.LEASE_MILLIS);
		fleet.worker(0).call("meanwhile", "keys=" + other + " micros=0");
		assertThat(fleet.worker(0).outcome("meanwhile")).isEqualTo("ok");
		down.restart();
		long back = System.nanoTime();
		List<Long> again = new ArrayList<>();
		for (String key : Fleet.KEYS.split(",")) {
			RedisProcess.await(key + " is granted", 60, () -> witness.firstStartAfter(key, back) != Long.MAX_VALUE);
			again.add(witness.firstStartAfter(key, back) - back);
		}
		fleet.stop();
		witness.assertGood();
		fleet.assertClean(all());
		report(21, "nodeDown=" + millis(back - killed) + "ms backToGrantPerKey " + figures(again) + " outcomes="
				+ witness.outcomes());
	}

	/** Where keys of ours are, or were: the fencing counters stay. */
	private Set<Integer> slots(Fleet fleet) {
		Set<Integer> slots = new TreeSet<>();
		for (RedisProcess node : this.nodes) {
			for (String key : node.keys("{" + fleet.prefix())) {
				slots.add(((Long) node.call("CLUSTER", "KEYSLOT", key)).intValue());
			}
		}
		return slots;
	}

	/** Moves a slot as redis-cli does: bit by bit, while it is used. */
	private void move(int slot) {
		int from = owner(slot);
		RedisProcess source = this.nodes.get(from);
		RedisProcess target = this.nodes.get((from + 1) % this.nodes.size());
		String sourceId = (String) source.call("CLUSTER", "MYID");
		String targetId = (String) target.call("CLUSTER", "MYID");
		target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
		source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
		for (List<?> keys = keysIn(source, slot); !keys.isEmpty(); keys = keysIn(source, slot)) {
			for (Object key : keys) {
				RedisProcess.pauseBriefly();
				source.call("MIGRATE", "127.0.0.1", target.port(), key, 0, 5000);
			}
		}
		target.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
		source.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
		this.nodes.forEach((node) -> node.call("CLUSTER", "SETSLOT", slot, "NODE", targetId));
		// A cluster whose nodes still argue about one slot may give back the next.
		RedisProcess.await("all nodes know who has the slot", 20,
				() -> this.nodes.stream().allMatch((node) -> this.nodes.get(owner(node, slot)) == target));
	}

	private static List<?> keysIn(RedisProcess node, int slot) {
		return (List<?>) node.call("CLUSTER", "GETKEYSINSLOT", slot, 10);
	}

	private int owner(int slot) {
		return owner(this.nodes.get(0), slot);
	}

	private int owner(RedisProcess node, int slot) {
		for (Object range : (List<?>) node.call("CLUSTER", "SLOTS")) {
			List<?> parts = (List<?>) range;
			if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
				long port = (Long) ((List<?>) parts.get(2)).get(1);
				for (int i = 0; i < this.nodes.size(); i++) {
					if (this.nodes.get(i).port() == port) {
						return i;
					}
				}
			}
		}
		throw new IllegalStateException("Nobody has slot " + slot);
	}

}
