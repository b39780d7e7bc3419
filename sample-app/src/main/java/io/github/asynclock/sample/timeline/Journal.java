package io.github.asynclock.sample.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * What happens to the calls of a run, in this JVM. Many write, one reads, and nobody ever
 * waits: a writer takes a number, and with it a place that nobody else writes to. Where
 * there is no place left, the change is dropped, and counted.
 */
public final class Journal {

	private final AtomicReferenceArray<Change> places;

	private final AtomicInteger taken = new AtomicInteger();

	private final LongAdder dropped = new LongAdder();

	private final RunClock clock;

	private int read;

	private long upTo = Long.MIN_VALUE;

	/**
	 * @param capacity how many changes there is room for
	 * @param clock the time since the run's start
	 */
	public Journal(int capacity, RunClock clock) {
		this.places = new AtomicReferenceArray<>(capacity);
		this.clock = clock;
	}

	// The place first, then the time: see read().
	void write(int call, @Nullable String key, State state, boolean wrote, @Nullable Double row,
			@Nullable String reason) {
		// Looked at before, so that the number cannot run over.
		int place = (this.taken.get() < this.places.length()) ? this.taken.getAndIncrement() : this.places.length();
		if (place < this.places.length()) {
			long at = this.clock.timeOf(state);
			this.places.set(place, new Change(call, key, state, at, wrote, row, reason));
		}
		else {
			this.dropped.increment();
		}
	}

	/**
	 * What was written since the last time. One thread at a time.
	 */
	public Reading read() {
		long now = this.clock.earliest();
		int end = Math.min(this.taken.get(), this.places.length());
		List<Change> changes = new ArrayList<>();
		while (this.read < end) {
			Change change = this.places.getAndSet(this.read, null);
			if (change == null) {
				// Somebody has taken the place and is about to fill it.
				return new Reading(changes, this.upTo);
			}
			this.read++;
			changes.add(change);
		}
		// Who takes a place from now on reads the clock after that.
		this.upTo = now;
		return new Reading(changes, this.upTo);
	}

	/** How many changes found no room. */
	public long dropped() {
		return this.dropped.sum();
	}

	/**
	 * @param changes those that are new, in no certain order
	 * @param upTo nothing from before this time will follow
	 */
	public record Reading(List<Change> changes, long upTo) {

	}

}
