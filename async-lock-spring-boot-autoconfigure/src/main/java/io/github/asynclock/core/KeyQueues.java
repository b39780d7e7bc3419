package io.github.asynclock.core;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Who is next, for every key: a linked queue per key in the manner of Mellor-Crummey and
 * Scott ("Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors",
 * 1991), with links that can be withdrawn.
 *
 * <p>
 * The shape: the table has a key's <em>last</em> link, and nothing for a key that nobody
 * uses. Each link points to the one after it. The first link of a queue holds the key; it
 * alone may hand over, and does so by following {@code next}, without the table.
 *
 * <p>
 * Who may change what:
 * <ul>
 * <li>One that enters swaps itself in as the last and then appends itself to the former
 * last. Between the two it is not linked yet; a holder that leaves just then closes its
 * own {@code next}, and the one that enters finds it closed and is first.</li>
 * <li>The holder leaves by granting to the first link after it that can still be granted,
 * or by taking the queue out of the table.</li>
 * <li>A withdrawn link stays until its neighbours are joined over it. A {@code next} that
 * is set is only ever replaced by a later link with none but dead ones between, so
 * whatever races, no waiter is lost; at worst a dead link stays until the holder passes
 * over it. A {@code next} that is not set, or closed, is left to the two rules
 * above.</li>
 * </ul>
 */
final class KeyQueues {

	/** Ends a queue: the link that carries it has been left by its holder. */
	private static final Link CLOSED = new Closed();

	/** Enough for thousands of keys in use at the same time; 64 KiB. */
	private static final int BUCKETS = 1 << 14;

	private final KeyTable last;

	KeyQueues() {
		this(BUCKETS);
	}

	KeyQueues(int buckets) {
		this.last = new KeyTable(buckets);
	}

	/**
	 * Makes a link the holder of its key if nobody uses it.
	 */
	boolean enterIfFree(Link link) {
		return this.last.putIfAbsent(link);
	}

	/**
	 * Puts a link at the end of its key's queue.
	 * @return true if it is the first there
	 */
	boolean enter(PendingAcquire link) {
		link.enters(CLOSED);
		Link before = this.last.put(link);
		link.previous = before;
		if (before == null) {
			return true;
		}
		if (!before.append(link)) {
			link.previous = null;
			return true;
		}
		if (before.state() == Link.DEAD) {
			// It died as the last one, when there was nobody to join over it.
			unlink((PendingAcquire) before);
		}
		return false;
	}

	/**
	 * The holder leaves.
	 * @return the waiter that was granted in its place; null if nobody waits
	 */
	@Nullable PendingAcquire leave(Link holder) {
		return next(holder, true);
	}

	/**
	 * Finds who is next without granting yet: for one who heads its queue, be it as the
	 * holder, or dead. From here on that one heads it.
	 * @return a waiter that was alive when it was looked at; null if nobody waits: then
	 * the queue is gone
	 */
	@Nullable PendingAcquire next(Link head) {
		return next(head, false);
	}

	private @Nullable PendingAcquire next(Link head, boolean grant) {
		Link at = head;
		while (true) {
			Link next = at.next;
			if (next == null) {
				if (this.last.remove(at) || at.append(CLOSED)) {
					return null;
				}
				next = at.next;
			}
			// Cut off, so that one who keeps an old lease does not keep all later links.
			at.next = null;
			PendingAcquire waiter = (PendingAcquire) next;
			if (waiter != null && (grant ? waiter.grant() : waiter.state() == Link.WAITING)) {
				waiter.previous = null;
				return waiter;
			}
			at = (waiter != null) ? waiter : at;
		}
	}

	/**
	 * Joins the neighbours of a dead link, in constant time: the dead around it were
	 * joined over before, or are being so. The last one stays until another enters behind
	 * it.
	 */
	void unlink(PendingAcquire dead) {
		while (true) {
			Link before = dead.previous;
			while (before instanceof PendingAcquire waiter && waiter.state() == Link.DEAD && waiter.previous != null) {
				before = waiter.previous;
			}
			// Read first: what is found below is then never nearer than this.
			Link joined = (before != null) ? before.next : null;
			Link after = dead.next;
			while (after != null && after.state() == Link.DEAD && isLinked(after.next)) {
				after = after.next;
			}
			if (before == null || !isLinked(joined) || !(after instanceof PendingAcquire waiter)) {
				return;
			}
			if (before.move(joined, waiter)) {
				waiter.previous = before;
				return;
			}
		}
	}

	private static boolean isLinked(@Nullable Link link) {
		return link != null && link != CLOSED;
	}

	/**
	 * Who came before a link. Waits for one that has just entered, for as long as it
	 * takes that to say so.
	 */
	@Nullable Link before(Link link) {
		if (!(link instanceof PendingAcquire waiter)) {
			return null;
		}
		Link before = waiter.previous;
		while (before == CLOSED) {
			Thread.onSpinWait();
			before = waiter.previous;
		}
		return before;
	}

	boolean isBusy(String key) {
		return this.last.containsKey(key);
	}

	/**
	 * The last link of a key; null if nobody uses it.
	 */
	@Nullable Link end(String key) {
		return this.last.get(key);
	}

	/**
	 * The last link of each key in use.
	 */
	Collection<Link> ends() {
		return this.last.values();
	}

	int size() {
		return this.last.size();
	}

	private static final class Closed extends Link {

		private Closed() {
			super("", DEAD);
		}

		@Override
		@Nullable HeldLease lease() {
			return null;
		}

	}

}
