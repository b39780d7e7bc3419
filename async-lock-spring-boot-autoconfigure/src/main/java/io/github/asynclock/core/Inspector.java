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
	 * The lease that holds a key in this JVM; null if none does, or its action has not
	 * started yet.
	 */
	@Nullable HeldLease holder(String key) {
		Link head = head(this.queues.end(key));
		HeldLease lease = (head != null && head.isTaken()) ? head.lease() : null;
		return (lease != null && lease.isComplete()) ? lease : null;
	}

	private @Nullable Link head(@Nullable Link last) {
		Link head = last;
		for (Link at = last; at != null; at = this.queues.before(at)) {
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
