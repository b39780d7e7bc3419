package io.github.asynclock.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.github.asynclock.LockDeadlockException;
import org.jspecify.annotations.Nullable;

/**
 * Finds circles among the waiting requests of flows that hold something. A request that
 * holds nothing while it waits is in no circle, and never comes here.
 *
 * <p>
 * A request is <em>blocked by</em> another if that one's flow holds the key it wants: a
 * flow ends when its action has, and an action is taken to await what it has asked for. A
 * request that is blocked by itself, in whatever many steps, closes a circle.
 *
 * <p>
 * To note a request and to look for its circle is one step under the monitor: so of those
 * that close a circle at the same moment exactly one finds it, the last. That one fails;
 * without it there is no circle, so none is ever found twice. What else changes meanwhile
 * only takes requests away: a grant, a timeout, a withdrawal.
 */
final class Deadlocks {

	/** Whoever takes a request out here also takes it out below. */
	private final Map<PendingAcquire, Wait> waits = new ConcurrentHashMap<>();

	/** By what is held by leases. Guarded by the monitor, as what follows. */
	private final Map<String, Set<Wait>> byKey = new HashMap<>();

	/** By the units of work that they are part of: what those keep grows meanwhile. */
	private final Map<UnitOfWork, Set<Wait>> byWork = new HashMap<>();

	/** Which unit of work keeps a key; those that have ended keep none. */
	private final Map<String, UnitOfWork> keepers = new ConcurrentHashMap<>();

	/**
	 * From here on a unit of work keeps a key. If another did, it has lost it.
	 */
	void kept(String key, UnitOfWork work) {
		this.keepers.put(key, work);
	}

	void keptNoLonger(String key, UnitOfWork work) {
		this.keepers.remove(key, work);
	}

	/**
	 * A place waits in its queue; to be called after it was put there.
	 * @param call its call, which holds something or is part of a unit of work
	 * @return why it must not wait; null if it may
	 */
	@Nullable LockDeadlockException waits(PendingAcquire place, Call call) {
		Wait wait = new Wait(place, call);
		List<Wait> circle;
		synchronized (this) {
			this.waits.put(place, wait);
			index(wait);
			circle = circle(wait);
		}
		if (circle != null || place.state() != Link.WAITING) {
			// Granted or dead before it was noted: nobody else takes it out.
			left(place);
		}
		return (circle != null) ? failure(circle) : null;
	}

	/**
	 * A place does not wait any more.
	 */
	void left(PendingAcquire place) {
		if (!this.waits.isEmpty()) {
			Wait wait = this.waits.remove(place);
			if (wait != null) {
				forget(wait);
			}
		}
	}

	/** For tests. */
	synchronized boolean isEmpty() {
		return this.waits.isEmpty() && this.byKey.isEmpty() && this.byWork.isEmpty();
	}

	private void index(Wait wait) {
		wait.held.forEach((key) -> this.byKey.computeIfAbsent(key, (any) -> identitySet()).add(wait));
		wait.works.forEach((work) -> this.byWork.computeIfAbsent(work, (any) -> identitySet()).add(wait));
	}

	private synchronized void forget(Wait wait) {
		wait.held.forEach((key) -> forget(this.byKey, key, wait));
		wait.works.forEach((work) -> forget(this.byWork, work, wait));
	}

	private static <K> void forget(Map<K, Set<Wait>> index, K at, Wait wait) {
		index.computeIfPresent(at, (same, all) -> (all.remove(wait) && all.isEmpty()) ? null : all);
	}

	/**
	 * The shortest circle that a request closes, from itself on, each blocked by the one
	 * after it, the last by the first. Null if there is none.
	 */
	private @Nullable List<Wait> circle(Wait start) {
		Map<Wait, Wait> cameFrom = new IdentityHashMap<>();
		Queue<Wait> open = new ArrayDeque<>();
		Set<Edge> followed = new HashSet<>();
		for (Wait at = start; at != null; at = open.poll()) {
			if (at != start && !followed.add(new Edge(at.place.key, isOfKeeper(at)))) {
				continue; // another has led to the same ones
			}
			for (Wait blocker : blockers(at)) {
				if (blocker == start && at != start) {
					return path(at, start, cameFrom);
				}
				if (blocker != start && cameFrom.putIfAbsent(blocker, at) == null) {
					open.add(blocker);
				}
			}
		}
		return null;
	}

	private static List<Wait> path(Wait last, Wait start, Map<Wait, Wait> cameFrom) {
		List<Wait> path = new ArrayList<>();
		for (Wait at = last; at != null && at != start; at = cameFrom.get(at)) {
			path.add(at);
		}
		path.add(start);
		Collections.reverse(path);
		return path;
	}

	private Collection<Wait> blockers(Wait wait) {
		Set<Wait> blockers = identitySet();
		for (Wait other : this.byKey.getOrDefault(wait.place.key, Set.of())) {
			if (other.isWaiting() && other.holds(wait.place.key)) {
				blockers.add(other);
			}
		}
		UnitOfWork keeper = this.keepers.get(wait.place.key);
		if (keeper != null && !wait.works.contains(keeper) && keeper.keeps(wait.name())) {
			for (Wait other : this.byWork.getOrDefault(keeper, Set.of())) {
				if (other.isWaiting()) {
					blockers.add(other);
				}
			}
		}
		return blockers;
	}

	private boolean isOfKeeper(Wait wait) {
		UnitOfWork keeper = this.keepers.get(wait.place.key);
		return keeper != null && wait.works.contains(keeper);
	}

	private static LockDeadlockException failure(List<Wait> circle) {
		List<Messages.Waiting> chain = new ArrayList<>();
		for (int i = 0; i < circle.size(); i++) {
			Wait before = circle.get((i + circle.size() - 1) % circle.size());
			chain.add(circle.get(i).describe(before.place.key));
		}
		return Messages.deadlock(circle.get(0).call.keys(), chain);
	}

	private static Set<Wait> identitySet() {
		return Collections.newSetFromMap(new IdentityHashMap<>(4));
	}

	/**
	 * What says by whom a request is blocked.
	 *
	 * @param kept whether its unit of work keeps what it wants
	 */
	private record Edge(String wanted, boolean kept) {

	}

	/** A request that waits, and what its flow holds. */
	private static final class Wait {

		private final PendingAcquire place;

		private final Call call;

		/** Of a request of several keys, those that it has already. */
		private final Set<String> own;

		/** By leases; those of its flow's that end take keys away. */
		private final Set<String> held;

		/** That its flow is part of; never changes. */
		private final Set<UnitOfWork> works;

		private Wait(PendingAcquire place, Call call) {
			this.works = LockScope.works(call.scope(), call.terms());
			this.place = place;
			this.call = call;
			this.own = new HashSet<>(call.heldMeanwhile());
			this.held = new TreeSet<>(this.own);
			for (HeldLease at = call.scope(); at != null; at = at.parent) {
				if (at.terms.engine() == call.terms().engine()) {
					this.held.addAll(at.keys());
				}
			}
		}

		private boolean isWaiting() {
			return this.place.state() == Link.WAITING;
		}

		/** Whether a lease of its flow has a key. */
		private boolean holds(String key) {
			return this.own.contains(key)
					|| LockScope.holder(this.call.scope(), this.call.terms().engine(), key) != null;
		}

		private UnitOfWork.Name name() {
			return new UnitOfWork.Name(this.call.terms().engine(), this.place.key);
		}

		private Messages.Waiting describe(String wanted) {
			Set<String> holds = new TreeSet<>(this.held);
			holds.removeIf((key) -> !holds(key));
			holds.add(wanted); // by its unit of work, if not by a lease
			return new Messages.Waiting(this.call.name(), holds, this.place.key);
		}

	}

}
