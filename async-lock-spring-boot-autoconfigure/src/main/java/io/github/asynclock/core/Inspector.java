package io.github.asynclock.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Looks at the queues without disturbing anybody: each key is as it was at some moment.
 */
final class Inspector {

	private final KeyQueues queues;

	/** Null where grants need no renewal. */
	private final @Nullable StoreGate gate;

	Inspector(KeyQueues queues, @Nullable StoreGate gate) {
		this.queues = queues;
		this.gate = gate;
	}

	/**
	 * Of the keys in use the first ones that are found, sorted by key.
	 */
	List<LockState> locks(int limit) {
		return this.queues.ends()
			.stream()
			.limit(limit)
			.map(this::state)
			.sorted(Comparator.comparing(LockState::key))
			.toList();
	}

	@Nullable LockState lock(String key) {
		Link last = this.queues.end(key);
		return (last != null) ? state(last) : null;
	}

	/**
	 * The place that holds a key in this JVM, or stands for it in front of the others;
	 * null if nobody uses it here.
	 */
	@Nullable Link head(String key) {
		Link head = null;
		for (Link at = this.queues.end(key); at != null; at = this.queues.before(at)) {
			head = at;
		}
		return head;
	}

	private LockState state(Link last) {
		int waiting = 0;
		Link head = last;
		for (Link at = last; at != null; at = this.queues.before(at)) {
			waiting += (at.state() == Link.WAITING) ? 1 : 0;
			head = at;
		}
		HeldLease lease = head.isTaken() ? head.lease() : null;
		if (lease == null) {
			return new LockState(head.key, head.isTaken(), null, null, 0, waiting, null);
		}
		long since = lease.terms.grantedAt();
		return new LockState(head.key, true, lease.terms.name(),
				(since != HoldTerms.UNKNOWN) ? Duration.ofNanos(DeadlineWheel.now() - since) : null,
				lease.fencingToken(head.key), waiting, leaseLeft(head));
	}

	private @Nullable Duration leaseLeft(Link place) {
		Holding holding = (this.gate != null) ? this.gate.holding(place) : null;
		return (holding != null) ? Duration.ofNanos(Math.max(0, holding.timeLeft())) : null;
	}

}
