package io.github.asynclock.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockException;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Single races of the engine, each under many interleavings chosen by Lincheck: what
 * three threads do at once, and what must be true afterwards, whichever was first.
 */
@Tag("lincheck")
class EngineModelTests {

	private static final long FOREVER = DeadlineWheel.in(Long.MAX_VALUE);

	@Test
	void aWaiterIsGrantedOrTimesOutOrIsWithdrawn_oneOfThem() {
		check(Decision.class);
	}

	@Test
	void oneThatEntersWhileTheHolderLeavesIsNotForgotten() {
		check(EnteringAgainstLeaving.class);
	}

	@Test
	void aWaiterThatIsWithdrawnWhileItEntersLeavesNothing() {
		check(WithdrawnWhileEntering.class);
	}

	@Test
	void neighboursThatAreWithdrawnTogetherLoseNobodyAndLeaveNothingBetween() {
		check(Neighbours.class);
	}

	@Test
	void severalKeysThatAreGivenUpLetGoOfEachOnce() {
		check(SeveralKeys.class);
	}

	@Test
	void severalKeysThatAreGivenUpWhileTheLastIsGrantedLetGoOfEachOnce() {
		check(SeveralKeysWaiting.class);
	}

	@Test
	void aShutdownRefusesAllThatWait_alsoWhileOneEnters() {
		check(ShutdownAgainstEntering.class);
	}

	@Test
	void aShutdownAgainstAHandOver() {
		check(ShutdownAgainstHandOver.class);
	}

	@Test
	void anActionThatStartsWhileTheServiceClosesIsToldOrDoesNotRun() {
		check(CloseAgainstStart.class);
	}

	private static void check(Class<? extends Race> race) {
		new ModelCheckingOptions().iterations(Proofs.pick(1, 6))
			.invocationsPerIteration(Proofs.pick(300, 30_000))
			.threads(3)
			.actorsPerThread(1)
			.actorsBefore(0)
			.actorsAfter(0)
			.loopBound(10_000)
			.loopIterationsBeforeThreadSwitch(2_000)
			.minimizeFailedScenario(false)
			// The timer is stopped.
			.addGuarantee(ManagedStrategyGuaranteeKt.forClasses(DeadlineWheel.class.getName()).allMethods().ignore())
			.check(race);
	}

	/** What three threads do at once. */
	public abstract static class Race {

		final LockEngine engine = TestEngines.withoutThreads();

		@Operation(runOnce = true)
		public abstract void one();

		@Operation(runOnce = true)
		public abstract void two();

		@Operation(runOnce = true)
		public void three() {
		}

		/** All of the three are over. */
		abstract void then();

		@Validate
		public final void validate() {
			then();
			require(this.engine.queues().size() == 0, "the map has " + this.engine.queues().size() + " entries");
			require(this.engine.wheel().isEmpty(), "the wheel has an entry");
		}

		final SoloLease hold(String key) {
			SoloLease lease = this.engine.takeNow(key, this.engine.terms(key, null), null);
			require(lease != null, "not free");
			return lease;
		}

		final void enter(PendingAcquire place) {
			if (this.engine.take(place, FOREVER, true)) {
				place.call().start(place);
			}
		}

		final void end(Link place) {
			HeldLease lease = place.lease();
			if (lease != null && lease.end()) {
				this.engine.handOver(lease.giveBack());
			}
		}

		static void require(boolean condition, String otherwise) {
			if (!condition) {
				throw new IllegalStateException(otherwise);
			}
		}

	}

	/** Grant, timeout and withdrawal. */
	public static class Decision extends Race {

		private final Link holder = hold("a");

		private final Told told = new Told(this.engine, null);

		private final PendingAcquire waiter = new PendingAcquire("a", this.told);

		private boolean withdrawn;

		public Decision() {
			enter(this.waiter);
		}

		@Override
		public void one() {
			end(this.holder);
		}

		@Override
		public void two() {
			this.waiter.expire();
		}

		@Override
		public void three() {
			this.withdrawn = this.waiter.withdraw();
		}

		@Override
		void then() {
			end(this.holder);
			require(this.told.count() + (this.withdrawn ? 1 : 0) == 1, "decided " + this.told + this.withdrawn);
			end(this.waiter);
		}

	}

	/** Two that enter, and the holder's end. */
	public static class EnteringAgainstLeaving extends Race {

		private final Link holder = hold("a");

		private final Told first = new Told(this.engine, null);

		private final Told second = new Told(this.engine, null);

		private final PendingAcquire[] places = { new PendingAcquire("a", this.first),
				new PendingAcquire("a", this.second) };

		@Override
		public void one() {
			enter(this.places[0]);
		}

		@Override
		public void two() {
			end(this.holder);
		}

		@Override
		public void three() {
			enter(this.places[1]);
		}

		@Override
		void then() {
			require(this.first.runs.get() + this.second.runs.get() == 1, "both, or none, hold the key");
			end(this.places[0]);
			end(this.places[1]);
			end(this.places[0]);
			require(this.first.runs.get() + this.second.runs.get() == 2, "one is forgotten");
		}

	}

	/** Entering, its withdrawal, and a hand-over with another that enters. */
	public static class WithdrawnWhileEntering extends Race {

		private final Link holder = hold("a");

		private final PendingAcquire entering = new PendingAcquire("a", new Told(this.engine, null));

		private final Told last = new Told(this.engine, null);

		private final PendingAcquire behind = new PendingAcquire("a", this.last);

		@Override
		public void one() {
			enter(this.entering);
		}

		@Override
		public void two() {
			this.entering.withdraw();
		}

		@Override
		public void three() {
			end(this.holder);
			enter(this.behind);
		}

		@Override
		void then() {
			end(this.entering);
			require(this.last.runs.get() == 1, "the one behind is lost: " + this.last);
			end(this.behind);
		}

	}

	/** Three withdrawals in a row. */
	public static class Neighbours extends Race {

		private final Link holder = hold("a");

		private final PendingAcquire[] waiters = new PendingAcquire[4];

		public Neighbours() {
			for (int i = 0; i < this.waiters.length; i++) {
				this.waiters[i] = new PendingAcquire("a", new Told(this.engine, null));
				enter(this.waiters[i]);
			}
		}

		@Override
		public void one() {
			this.waiters[0].withdraw();
		}

		@Override
		public void two() {
			this.waiters[1].withdraw();
		}

		@Override
		public void three() {
			this.waiters[2].withdraw();
		}

		@Override
		void then() {
			require(this.holder.next == this.waiters[3], "dead links stay between");
			end(this.holder);
			require(this.waiters[3].isTaken(), "the last waiter is lost");
			end(this.waiters[3]);
		}

	}

	/** A key that is re-entered and one that is free, against the withdrawal. */
	public static class SeveralKeys extends Race {

		private final SoloLease parent = hold("a");

		private final Told told = new Told(this.engine, this.parent);

		private final MultiAcquire multi = new MultiAcquire(this.told, List.of("a", "b"), FOREVER);

		private @Nullable HeldLease lease;

		private boolean withdrawn;

		@Override
		public void one() {
			this.lease = this.multi.advance();
		}

		@Override
		public void two() {
			this.withdrawn = this.multi.withdraw();
		}

		@Override
		void then() {
			require((this.lease != null) != this.withdrawn, "neither or both: " + this.withdrawn);
			if (this.lease != null && this.lease.end()) {
				this.engine.handOver(this.lease.giveBack());
			}
			require(this.parent.state() == 1, "the parent's key is held " + this.parent.state() + " times");
			end(this.parent);
		}

	}

	/** The same, while the second key is handed over and a third is free. */
	public static class SeveralKeysWaiting extends Race {

		private final SoloLease parent = hold("a");

		private final SoloLease other = hold("b");

		private final Told told = new Told(this.engine, this.parent);

		private final MultiAcquire multi = new MultiAcquire(this.told, List.of("a", "b", "c"), FOREVER);

		private boolean withdrawn;

		public SeveralKeysWaiting() {
			this.multi.advance();
		}

		@Override
		public void one() {
			end(this.other);
		}

		@Override
		public void two() {
			this.withdrawn = this.multi.withdraw();
		}

		@Override
		void then() {
			require(this.told.count() + (this.withdrawn ? 1 : 0) == 1, "decided " + this.told + this.withdrawn);
			HeldLease lease = this.told.lease;
			if (lease != null && lease.end()) {
				this.engine.handOver(lease.giveBack());
			}
			require(this.parent.state() == 1, "the parent's key is held " + this.parent.state() + " times");
			end(this.parent);
		}

	}

	/** One holds, one waits, one enters. */
	public static class ShutdownAgainstEntering extends Race {

		private final Link holder = hold("a");

		private final Told first = new Told(this.engine, null);

		private final Told second = new Told(this.engine, null);

		private final PendingAcquire entering = new PendingAcquire("a", this.second);

		private @Nullable CompletableFuture<?> drained;

		public ShutdownAgainstEntering() {
			enter(new PendingAcquire("a", this.first));
		}

		@Override
		public void one() {
			enter(this.entering);
		}

		@Override
		public void two() {
			this.drained = this.engine.shutdown();
		}

		@Override
		void then() {
			require(this.first.refusals.get() == 1, "one that waited was not refused");
			require(this.second.refusals.get() == 1, "one that entered was not refused");
			require(!this.drained.isDone(), "drained while an action runs");
			end(this.holder);
			require(this.drained.isDone(), "not drained though nothing runs");
		}

	}

	/** A waiter is granted or refused. */
	public static class ShutdownAgainstHandOver extends Race {

		private final Link holder = hold("a");

		private final Told told = new Told(this.engine, null);

		private final PendingAcquire waiter = new PendingAcquire("a", this.told);

		private @Nullable CompletableFuture<?> drained;

		public ShutdownAgainstHandOver() {
			enter(this.waiter);
		}

		@Override
		public void one() {
			end(this.holder);
		}

		@Override
		public void two() {
			this.drained = this.engine.shutdown();
		}

		@Override
		void then() {
			require(this.told.count() == 1, "told " + this.told);
			require(this.drained.isDone() != this.waiter.isTaken(), "drained: " + this.drained.isDone());
			end(this.waiter);
			require(this.drained.isDone(), "not drained though nothing runs");
		}

	}

	/** An action is granted, but has not started when its service closes. */
	public static class CloseAgainstStart extends Race {

		private final Told told = new Told(this.engine, null);

		private final PendingAcquire place = new PendingAcquire("a", this.told);

		private @Nullable CompletableFuture<?> drained;

		public CloseAgainstStart() {
			this.engine.take(this.place, FOREVER, true);
		}

		@Override
		public void one() {
			this.told.start(this.place);
		}

		@Override
		public void two() {
			this.drained = this.engine.shutdown();
			this.engine.abandon();
		}

		@Override
		void then() {
			HeldLease lease = this.told.lease;
			require(lease == null || !lease.isRunning(), "runs on without being told");
			require((this.told.refusals.get() == 0) == (this.told.runs.get() == 1), "told " + this.told);
			require(this.drained.isDone(), "not drained though nothing runs");
		}

	}

	/** Counts what it is told. */
	private static final class Told extends TestCall {

		private final AtomicInteger runs = new AtomicInteger();

		private final AtomicInteger timeouts = new AtomicInteger();

		private final AtomicInteger refusals = new AtomicInteger();

		private final @Nullable HeldLease scope;

		private volatile @Nullable HeldLease lease;

		private Told(LockEngine engine, @Nullable HeldLease scope) {
			super(engine.terms("any", null));
			this.scope = scope;
		}

		private int count() {
			return this.runs.get() + this.timeouts.get() + this.refusals.get();
		}

		@Override
		public @Nullable HeldLease scope() {
			return this.scope;
		}

		@Override
		public @Nullable PendingAcquire run(HeldLease lease) {
			this.lease = lease;
			this.runs.incrementAndGet();
			return null;
		}

		@Override
		public void timedOut() {
			this.timeouts.incrementAndGet();
		}

		@Override
		public void refused(LockException reason) {
			this.refusals.incrementAndGet();
		}

		@Override
		public String toString() {
			return this.runs + " runs, " + this.timeouts + " timeouts, " + this.refusals + " refusals";
		}

	}

}
