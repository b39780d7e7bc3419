package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockDeadlockException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What it costs to look for a circle: only who is on the way is asked.
 */
class DeadlocksTests {

	private final LockEngine engine = TestEngines.withoutThreads();

	private final Deadlocks deadlocks = this.engine.deadlocks();

	private final AtomicInteger asked = new AtomicInteger();

	private final List<PendingAcquire> waiting = new ArrayList<>();

	/** A unit of work that keeps a key, and whose call waits for another. */
	private @Nullable LockDeadlockException waits(String kept, String wanted) {
		UnitOfWork work = UnitOfWork.begin(null);
		HoldTerms terms = new HoldTerms(this.engine, work);
		SoloLease lease = this.engine.takeNow(kept, terms, null);
		work.keep(lease);
		return waits(terms, wanted);
	}

	private @Nullable LockDeadlockException waits(HoldTerms terms, String wanted) {
		PendingAcquire place = new PendingAcquire(wanted, new Asked(terms));
		this.waiting.add(place);
		return this.deadlocks.waits(place, place.call());
	}

	@Test
	void manyThatAreNotOnTheWayAreNotAsked() {
		for (int i = 0; i < 1_000; i++) {
			assertThat(waits("kept " + i, "wanted " + i)).isNull();
		}
		this.asked.set(0);
		assertThat(waits("a", "b")).isNull();
		int own = this.asked.get();
		this.asked.set(0);
		assertThat(waits("b", "a")).hasMessageContainingAll("[a]", "[b]");
		assertThat(this.asked.get() + own).as("calls' answers").isLessThan(50);
	}

	@Test
	void ofManyThatWaitForTheSameOneIsFollowed() {
		UnitOfWork work = UnitOfWork.begin(null);
		HoldTerms terms = new HoldTerms(this.engine, work);
		work.keep(this.engine.takeNow("a", terms, null));
		for (int i = 0; i < 1_000; i++) {
			assertThat(waits(terms, "b")).isNull();
		}
		waits("b", "x");
		this.asked.set(0);
		assertThat(waits("c", "a")).isNull();
		assertThat(this.asked.get()).as("calls' answers").isLessThan(50);
	}

	@Test
	void nothingIsLeftOfThoseThatWait() {
		waits("a", "b");
		waits("c", "a");
		this.waiting.forEach((place) -> {
			place.die();
			this.deadlocks.left(place);
		});
		assertThat(this.deadlocks.isEmpty()).isTrue();
	}

	/** Counts what it is asked. */
	private final class Asked extends TestCall {

		private Asked(HoldTerms terms) {
			super(terms);
		}

		@Override
		public HoldTerms terms() {
			DeadlocksTests.this.asked.incrementAndGet();
			return super.terms();
		}

		@Override
		public Collection<String> keys() {
			return List.of("any");
		}

	}

}
