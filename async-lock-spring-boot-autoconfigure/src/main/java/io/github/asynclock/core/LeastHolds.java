package io.github.asynclock.core;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * How long places stay taken at least because a call says so that has <em>re-entered</em>
 * them: the place's own grant does not know. There are few of these, most services never
 * have one.
 *
 * <p>
 * Noted while the call still keeps its place held, forgotten by whoever vacates that.
 */
final class LeastHolds {

	/** On the wheel's clock. */
	private final Map<Link, Long> untils = new ConcurrentHashMap<>();

	/** How many at present say so. */
	private final Map<Link, Integer> waived = new ConcurrentHashMap<>();

	/** Whether there was ever one. */
	private volatile boolean used;

	/**
	 * A call that has re-entered a place is about to let go of it.
	 * @param restNanos how long it stays taken at least, from now on
	 */
	void note(Link place, long restNanos) {
		this.used = true;
		this.untils.merge(place, DeadlineWheel.in(restNanos), (one, other) -> (one - other >= 0) ? one : other);
	}

	/**
	 * The call has let go; the place may have been lost before.
	 */
	void letGo(Link place) {
		if (!place.isTaken()) {
			this.untils.remove(place);
		}
	}

	/**
	 * How long a place stays taken at least, from now on.
	 */
	long restNanos(Link place) {
		return this.used ? rest(this.untils.get(place)) : 0;
	}

	/**
	 * How long a place that nobody keeps held any more stays taken, from now on.
	 * @param ownNanos how long by its own grant
	 */
	long vacated(Link place, long ownNanos) {
		if (!this.used) {
			return ownNanos;
		}
		long rest = Math.max(ownNanos, rest(this.untils.remove(place)));
		return this.waived.containsKey(place) ? 0 : rest;
	}

	/**
	 * Whatever was or will be said, these places do not stay taken, until this is taken
	 * back.
	 */
	void waive(Collection<Link> places) {
		this.used = true;
		places.forEach((place) -> this.waived.merge(place, 1, Integer::sum));
	}

	void waiveNoLonger(Collection<Link> places) {
		for (Link place : places) {
			this.waived.computeIfPresent(place, (same, count) -> (count > 1) ? count - 1 : null);
			this.untils.remove(place);
		}
	}

	private static long rest(@Nullable Long until) {
		return (until != null) ? Math.max(0, until - DeadlineWheel.now()) : 0;
	}

	/** For tests. */
	boolean isEmpty() {
		return this.untils.isEmpty() && this.waived.isEmpty();
	}

}
