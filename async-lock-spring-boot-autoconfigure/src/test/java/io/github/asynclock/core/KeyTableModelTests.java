package io.github.asynclock.core;

import java.util.HashMap;
import java.util.Map;

import org.jetbrains.lincheck.datastructures.IntGen;
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
@Param(name = "key", gen = IntGen.class, conf = "0:2")
public class KeyTableModelTests {

	/** The same hash code, each. */
	private static final String[] KEYS = { "AaAa", "AaBB", "BBAa" };

	private final KeyTable table = new KeyTable(2);

	private final Link[][] mine = new Link[8][KEYS.length];

	@Operation
	public boolean putIfAbsent(@Param(gen = ThreadIdGen.class) int thread, @Param(name = "key") int key) {
		Link link = new PendingAcquire(KEYS[key], TestCall.UNUSED);
		boolean put = this.table.putIfAbsent(link);
		if (put) {
			this.mine[thread][key] = link;
		}
		return put;
	}

	@Operation
	public boolean put(@Param(gen = ThreadIdGen.class) int thread, @Param(name = "key") int key) {
		Link link = new PendingAcquire(KEYS[key], TestCall.UNUSED);
		this.mine[thread][key] = link;
		return this.table.put(link) != null;
	}

	/** What this thread put last, if it is still there. */
	@Operation
	public boolean remove(@Param(gen = ThreadIdGen.class) int thread, @Param(name = "key") int key) {
		Link link = this.mine[thread][key];
		return link != null && this.table.remove(link);
	}

	@Operation
	public boolean containsKey(@Param(name = "key") int key) {
		return this.table.containsKey(KEYS[key]);
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

	@Test
	void everyInterleavingIsLinearizable() {
		ModelCheckingOptions options = new ModelCheckingOptions().iterations(Proofs.pick(8, 300))
			.invocationsPerIteration(Proofs.pick(800, 20_000))
			.threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.sequentialSpecification(Specification.class);
		options.checkObstructionFreedom(true).loopIterationsBeforeThreadSwitch(50).check(KeyTableModelTests.class);
	}

	@Test
	void underStressItIsLinearizable() {
		new StressOptions().iterations(Proofs.pick(5, 200))
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

		public boolean putIfAbsent(int thread, int key) {
			Object link = new Object();
			boolean put = this.map.putIfAbsent(key, link) == null;
			if (put) {
				this.mine.put(thread + "/" + key, link);
			}
			return put;
		}

		public boolean put(int thread, int key) {
			Object link = new Object();
			this.mine.put(thread + "/" + key, link);
			return this.map.put(key, link) != null;
		}

		public boolean remove(int thread, int key) {
			Object link = this.mine.get(thread + "/" + key);
			return link != null && this.map.remove(key, link);
		}

		public boolean containsKey(int key) {
			return this.map.containsKey(key);
		}

	}

}
