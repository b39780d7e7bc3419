package io.github.asynclock.core;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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
 * The queue of one key, against a sequential specification: Lincheck makes up scenarios
 * of entering, withdrawing (which is what a cancel and a timeout do) and leaving, runs
 * each under many interleavings, and looks for an order of the calls that explains what
 * they returned.
 *
 * <p>
 * What is forbidden: two holders; a place that is granted out of turn; one that is
 * granted after it was withdrawn, or withdrawn after it was granted; a waiter that is
 * forgotten; an entry that stays in the map once all have left.
 */
@Tag("lincheck")
@Param(name = "slot", gen = IntGen.class, conf = "0:1")
@Param(name = "thread", gen = IntGen.class, conf = "0:4")
public class KeyQueuesModelTests {

	private static final int THREADS = 6;

	private static final int SLOTS = 3;

	private static final int PLACES = THREADS * SLOTS;

	private static final String NOBODY = "nobody";

	private final KeyQueues queues = new KeyQueues(2);

	private final PendingAcquire[] places = new PendingAcquire[PLACES];

	private final boolean[] entered = new boolean[PLACES];

	private final int[] entries = new int[THREADS];

	/** The thread's place that is first, but neither granted yet nor dead; or -1. */
	private final int[] first = new int[THREADS];

	public KeyQueuesModelTests() {
		for (int i = 0; i < PLACES; i++) {
			this.places[i] = new PendingAcquire("key", TestCall.UNUSED);
		}
		Arrays.fill(this.first, -1);
	}

	/**
	 * The next place of this thread enters.
	 * @return whether it is first, and has to be granted by this thread
	 */
	@Operation
	public boolean enter(@Param(gen = ThreadIdGen.class) int thread) {
		int id = thread * SLOTS + this.entries[thread]++;
		this.entered[id] = true;
		PendingAcquire place = this.places[id];
		boolean first = this.queues.enterIfFree(place) || this.queues.enter(place);
		if (first) {
			this.first[thread] = id;
		}
		return first;
	}

	/**
	 * What follows on entering as the first: the grant; or if the place was withdrawn in
	 * between, the next one's.
	 */
	@Operation
	public String settle(@Param(gen = ThreadIdGen.class) int thread) {
		int id = this.first[thread];
		if (id < 0) {
			return NOBODY;
		}
		this.first[thread] = -1;
		return (this.places[id].grant()) ? String.valueOf(id) : idOf(this.queues.leave(this.places[id]));
	}

	/**
	 * Any thread withdraws any place, also one that has not entered yet.
	 */
	@Operation
	public boolean withdraw(@Param(name = "thread") int thread, @Param(name = "slot") int slot) {
		PendingAcquire place = this.places[thread * SLOTS + slot];
		boolean withdrawn = place.die();
		if (withdrawn) {
			this.queues.unlink(place);
		}
		return withdrawn;
	}

	/**
	 * The holder leaves; there is only one, hence no two of these at a time.
	 * @return who left and who has the key next
	 */
	@Operation(nonParallelGroup = "holder")
	public String leave() {
		for (int id = 0; id < PLACES; id++) {
			if (this.places[id].letGo()) {
				return id + " to " + idOf(this.queues.leave(this.places[id]));
			}
		}
		return NOBODY;
	}

	private String idOf(PendingAcquire place) {
		for (int id = 0; id < PLACES; id++) {
			if (this.places[id] == place) {
				return String.valueOf(id);
			}
		}
		return NOBODY;
	}

	@Validate
	public void nobodyIsForgottenAndNothingStays() {
		for (int thread = 0; thread < THREADS; thread++) {
			settle(thread);
		}
		int left = 0;
		while (!leave().equals(NOBODY)) {
			left++;
		}
		for (int id = 0; id < PLACES; id++) {
			PendingAcquire place = this.places[id];
			if (this.entered[id] && place.state() == Link.WAITING) {
				throw new IllegalStateException("place " + id + " waits though all have left (" + left + ")");
			}
			if (place.state() == 0 && place.next instanceof PendingAcquire) {
				throw new IllegalStateException("place " + id + " has left and keeps a later place");
			}
		}
		if (this.queues.size() != 0) {
			throw new IllegalStateException("the map has " + this.queues.size() + " entries");
		}
	}

	@Test
	void everyInterleavingIsLinearizable() {
		ModelCheckingOptions options = new ModelCheckingOptions().iterations(Proofs.pick(8, 400))
			.invocationsPerIteration(Proofs.pick(800, 20_000))
			.threads(3)
			.actorsPerThread(2)
			.actorsBefore(2)
			.actorsAfter(2)
			.sequentialSpecification(Specification.class);
		options.loopIterationsBeforeThreadSwitch(PLACES * 2).check(KeyQueuesModelTests.class);
	}

	@Test
	void underStressItIsLinearizable() {
		new StressOptions().iterations(Proofs.pick(5, 200))
			.invocationsPerIteration(Proofs.pick(2_000, 30_000))
			.threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.sequentialSpecification(Specification.class)
			.check(KeyQueuesModelTests.class);
	}

	/** One thread, one queue: what the words mean. */
	public static class Specification {

		private final Deque<Integer> queue = new ArrayDeque<>();

		private final Set<Integer> dead = new HashSet<>();

		private final Set<Integer> granted = new HashSet<>();

		private final Map<Integer, Integer> entries = new HashMap<>();

		private final Map<Integer, Integer> first = new HashMap<>();

		public boolean enter(int thread) {
			int id = thread * SLOTS + this.entries.merge(thread, 1, Integer::sum) - 1;
			this.queue.add(id);
			if (this.queue.size() == 1) {
				this.first.put(thread, id);
				return true;
			}
			return false;
		}

		public String settle(int thread) {
			Integer id = this.first.remove(thread);
			return (id != null) ? grantFirst() : NOBODY;
		}

		public boolean withdraw(int thread, int slot) {
			int id = thread * SLOTS + slot;
			return !this.granted.contains(id) && this.dead.add(id);
		}

		public String leave() {
			Integer holder = this.queue.peek();
			if (holder == null || !this.granted.contains(holder)) {
				return NOBODY;
			}
			this.queue.remove();
			return holder + " to " + grantFirst();
		}

		private String grantFirst() {
			while (!this.queue.isEmpty() && this.dead.contains(this.queue.peek())) {
				this.queue.remove();
			}
			if (this.queue.isEmpty()) {
				return NOBODY;
			}
			this.granted.add(this.queue.peek());
			return String.valueOf(this.queue.peek());
		}

	}

}
