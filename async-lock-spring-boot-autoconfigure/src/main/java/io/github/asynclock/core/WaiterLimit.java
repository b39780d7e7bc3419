package io.github.asynclock.core;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.asynclock.LockRejectedException;

/**
 * Counts each key's waiters where their number is limited; a key without waiters has no
 * entry.
 */
final class WaiterLimit {

	private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

	/** Who is counted, so that nobody is taken off twice, whatever races. */
	private final Set<PendingAcquire> counted = ConcurrentHashMap.newKeySet();

	private final int limit;

	WaiterLimit(int limit) {
		this.limit = limit;
	}

	/**
	 * @return false if there are as many already as may be
	 */
	boolean enter(PendingAcquire place) {
		boolean[] entered = new boolean[1];
		this.counts.compute(place.key, (same, count) -> {
			int waiting = (count != null) ? count : 0;
			entered[0] = waiting < this.limit;
			return entered[0] ? Integer.valueOf(waiting + 1) : count;
		});
		if (entered[0]) {
			this.counted.add(place);
		}
		return entered[0];
	}

	void leave(PendingAcquire place) {
		if (this.counted.remove(place)) {
			takeOff(place.key);
		}
	}

	private void takeOff(String key) {
		this.counts.computeIfPresent(key, (same, count) -> (count > 1) ? Integer.valueOf(count - 1) : null);
	}

	LockRejectedException rejection(PendingAcquire place) {
		return Messages.rejected(place.key, place.call().keys(), this.limit);
	}

}
