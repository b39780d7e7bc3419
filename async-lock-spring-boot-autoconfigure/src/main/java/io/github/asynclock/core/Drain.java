package io.github.asynclock.core;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The end of a service: refuses what is new and what waits, and knows when what runs has
 * ended.
 *
 * <p>
 * A caller takes its place first and looks here after; the shutdown closes first and
 * looks through the places after. So one of the two sees the other, and nothing new runs
 * once {@link #begin} has returned.
 */
final class Drain {

	private final KeyQueues queues;

	private final Set<Link> running = Collections.newSetFromMap(new ConcurrentHashMap<>());

	private final CompletableFuture<Void> drained = new CompletableFuture<>();

	private volatile boolean closed;

	private volatile boolean looked;

	Drain(KeyQueues queues) {
		this.queues = queues;
	}

	boolean isClosed() {
		return this.closed;
	}

	CompletableFuture<Void> begin(Consumer<PendingAcquire> refuse) {
		this.closed = true;
		for (Link last : this.queues.ends()) {
			for (Link at = last; at != null;) {
				Link previous = this.queues.before(at);
				if (at instanceof PendingAcquire waiter && at.state() == Link.WAITING) {
					refuse.accept(waiter);
				}
				note(at);
				at = previous;
			}
		}
		this.looked = true;
		check();
		return this.drained.copy();
	}

	private void note(Link place) {
		if (place.isTaken()) {
			this.running.add(place);
			if (!place.isTaken()) {
				this.running.remove(place);
			}
		}
	}

	/**
	 * A place that held its key was left.
	 */
	void left(Link place) {
		if (this.closed) {
			this.running.remove(place);
			check();
		}
	}

	private void check() {
		if (this.looked && this.running.isEmpty()) {
			this.drained.complete(null);
		}
	}

	/**
	 * Takes away what still runs.
	 * @param leave leaves a place that nobody holds any more
	 * @param refuse tells a call that it will not start; it may find out itself, too
	 */
	void abandon(Consumer<HeldLease> lose, Consumer<Link> leave, Consumer<Call> refuse) {
		for (Link place : this.running) {
			HeldLease lease = place.lease();
			if (lease == null || !lease.isComplete()) {
				// Granted, but not started: it never will be, or is just being so.
				Call call = (place instanceof PendingAcquire waiter) ? waiter.unstarted() : null;
				boolean revoked = place.revoke();
				if (revoked) {
					leave.accept(place);
				}
				lease = place.lease();
				if (revoked && lease == null && call != null) {
					refuse.accept(call);
				}
			}
			if (lease != null && lease.isComplete()) {
				lose.accept(lease);
			}
		}
	}

}
