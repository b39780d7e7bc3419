package io.github.asynclock.core;

import java.util.HashMap;
import java.util.Map;

import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of the queues' ends against a sequential map, with three keys of which all
 * fall into one bucket.
 */
@Tag("lincheck")
public class KeyTableModelTests {

	/** The same hash code, each. */
	private static final String[] KEYS = { "AaAa", "AaBB", "BBAa" };

	private final KeyTable table = new KeyTable(2);

	private final Link[][] mine = new Link[8][KEYS.length];

	@Operation
	public boolean putIfAbsent(@Param(gen = ThreadIdGen.class) int thread, String text) {
		int key = keyOf(text);
		Link link = new PendingAcquire(KEYS[key], TestCall.UNUSED);
		boolean put = this.table.putIfAbsent(link);
		if (put) {
			this.mine[thread][key] = link;
		}
		return put;
	}

	@Operation
	public boolean put(@Param(gen = ThreadIdGen.class) int thread, String text) {
		int key = keyOf(text);
		Link link = new PendingAcquire(KEYS[key], TestCall.UNUSED);
		this.mine[thread][key] = link;
		return this.table.put(link) != null;
	}

	/** What this thread put last, if it is still there. */
	@Operation
	public boolean remove(@Param(gen = ThreadIdGen.class) int thread, String text) {
		Link link = this.mine[thread][keyOf(text)];
		return link != null && this.table.remove(link);
	}

	@Operation
	public boolean containsKey(String text) {
		return this.table.containsKey(KEYS[keyOf(text)]);
	}

	@Validate
	public void sizeIsWhatIsThere() {
		int there = 0;
		for (String key : KEYS) {
			there += this.table.containsKey(key) ? 1 : 0;
		}
		if (this.table.size() != there) {
			throw new IllegalStateException(this.table.size() + " entries for " + there + " keys");
		}
	}

	private static int keyOf(String text) {
		return Math.floorMod(text.hashCode(), KEYS.length);
	}

	@Test
	void everyInterleavingIsLinearizable() {
		ModelCheckingOptions options = new ModelCheckingOptions().iterations(Proofs.pick(15, 300))
			.invocationsPerIteration(Proofs.pick(800, 20_000))
			.threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.sequentialSpecification(Specification.class);
		options.checkObstructionFreedom(true)
			.loopIterationsBeforeThreadSwitch(50)
			.loopBound(10_000)
			.addGuarantee(ManagedStrategyGuaranteeKt.forClasses(KeyTable.class.getName())
				.methods("values", "size", "<init>")
				.ignore())
			.check(KeyTableModelTests.class);
	}

	@Test
	void underStressItIsLinearizable() {
		new StressOptions().iterations(Proofs.pick(10, 200))
			.invocationsPerIteration(Proofs.pick(2_000, 30_000))
			.threads(3)
			.actorsPerThread(4)
			.sequentialSpecification(Specification.class)
			.check(KeyTableModelTests.class);
	}

	/** A map, and who put what. */
	public static class Specification {

		private final Map<Integer, Object> map = new HashMap<>();

		private final Map<String, Object> mine = new HashMap<>();

		public boolean putIfAbsent(int thread, String text) {
			Object link = new Object();
			boolean put = this.map.putIfAbsent(keyOf(text), link) == null;
			if (put) {
				this.mine.put(thread + "/" + keyOf(text), link);
			}
			return put;
		}

		public boolean put(int thread, String text) {
			Object link = new Object();
			this.mine.put(thread + "/" + keyOf(text), link);
			return this.map.put(keyOf(text), link) != null;
		}

		public boolean remove(int thread, String text) {
			Object link = this.mine.get(thread + "/" + keyOf(text));
			return link != null && this.map.remove(keyOf(text), link);
		}

		public boolean containsKey(String text) {
			return this.map.containsKey(keyOf(text));
		}

	}

}
