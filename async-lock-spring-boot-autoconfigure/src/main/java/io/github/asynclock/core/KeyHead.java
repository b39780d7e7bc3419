package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;

/**
 * The one in front of a key's local queue, asking the store. The attempt belongs to the
 * queue: when its first one dies, the attempt and whatever it is answered are the next
 * one's; when nobody waits any more, it is withdrawn.
 *
 * <p>
 * Its monitor guards its state; nothing is called under it that calls back.
 */
final class KeyHead {

	private static final Duration LEAST_POLL = Duration.ofMillis(1);

	/**
	 * Of the interval: a poll comes up to this much earlier, so that not all come at
	 * once.
	 */
	private static final double JITTER = 0.1;

	/** A store that has not answered for so long yet is slow, not out of reach. */
	private static final long PATIENCE_NANOS = 200_000_000;

	private static final Throwable NO_ANSWER = new NoAnswer();

	private final StoreGate gate;

	private final Attempt attempt;

	private final String key;

	/** For whom it was made. */
	private final PendingAcquire asker;

	private final long leaseNanos;

	/** Null once this is closed. */
	private @Nullable PendingAcquire first;

	private boolean asking;

	/** When it asked last, by the clock of {@link System#nanoTime}. */
	private long askedAt;

	private boolean askAgain;

	private @Nullable Alarm poll;

	/** Why the last answer did not come; until the first one did, that it did not. */
	private @Nullable Throwable failure = NO_ANSWER;

	/** From when on having no first answer is a failure. */
	private final long patientUntil;

	KeyHead(StoreGate gate, PendingAcquire first, Attempt attempt) {
		this.gate = gate;
		this.patientUntil = DeadlineWheel.in(PATIENCE_NANOS);
		this.asker = first;
		this.first = first;
		this.key = first.key;
		this.attempt = attempt;
		this.leaseNanos = first.call().leaseNanos();
	}

	String key() {
		return this.key;
	}

	synchronized @Nullable Throwable failure() {
		return (this.failure == NO_ANSWER && DeadlineWheel.now() - this.patientUntil < 0) ? null : this.failure;
	}

	Attempt attempt() {
		return this.attempt;
	}

	void ask() {
		if (begin()) {
			this.gate.acquire(this.attempt, this::answered);
		}
	}

	/**
	 * It is about to be asked.
	 * @return false if it must not be
	 */
	synchronized boolean begin() {
		if (this.first == null || this.asking) {
			return false;
		}
		this.asking = true;
		this.askedAt = System.nanoTime();
		this.askAgain = false;
		stopPoll();
		return true;
	}

	/**
	 * The key may be free: asks now, or right after the answer that is on its way.
	 */
	void wakeUp() {
		synchronized (this) {
			this.askAgain = true;
		}
		ask();
	}

	void answered(LockStore.@Nullable Answer answer, @Nullable Throwable failure) {
		synchronized (this) {
			this.asking = false;
			this.failure = failure;
		}
		if (answer instanceof LockStore.Answer.Granted granted) {
			granted(granted.grants().iterator().next());
		}
		else if (this.attempt.enqueues()) {
			pollLater((answer instanceof LockStore.Answer.Busy busy) ? busy.remaining() : Duration.ZERO);
		}
		else {
			refuse(failure);
		}
	}

	/**
	 * The attempt was granted, asked or unasked, and so ended.
	 */
	void granted(StoreGrant grant) {
		PendingAcquire winner;
		boolean suits;
		synchronized (this) {
			stopPoll();
			winner = this.gate.firstAlive(this.first);
			while (winner != null && isForLeaseOf(winner) && !winner.grant()) {
				winner = this.gate.firstAlive(winner);
			}
			suits = winner != null && isForLeaseOf(winner);
			this.first = null;
		}
		this.gate.close(this);
		if (winner != null && suits) {
			this.gate.granted(winner, grant);
		}
		else {
			this.gate.store().release(grant, Duration.ZERO);
			this.gate.serve(winner);
		}
	}

	/** An attempt is for one lease time: who wants another asks for himself. */
	private boolean isForLeaseOf(PendingAcquire place) {
		return place.call().leaseNanos() == this.leaseNanos;
	}

	private void pollLater(Duration remaining) {
		long interval = (long) (this.gate.store().pollInterval().toNanos()
				* (1 - ThreadLocalRandom.current().nextDouble(JITTER)));
		long wait = remaining.isZero() ? interval : Math.min(interval, remaining.plus(LEAST_POLL).toNanos());
		boolean now;
		synchronized (this) {
			now = this.askAgain;
			if (!now && this.first != null) {
				// From asking to asking: an answer that did not come has cost time
				// enough.
				long left = Math.max(wait - (System.nanoTime() - this.askedAt), LEAST_POLL.toNanos());
				this.poll = new Alarm(DeadlineWheel.in(remaining.isZero() ? left : wait), this::poll);
				this.gate.engine().wheel().add(this.poll);
			}
		}
		if (now) {
			ask();
		}
	}

	private void poll() {
		this.gate.engine().observer().polled();
		ask();
	}

	private void stopPoll() {
		if (this.poll != null) {
			this.gate.engine().wheel().remove(this.poll);
			this.poll = null;
		}
	}

	/**
	 * A call that does not wait was not granted; others may wait behind it by now, or in
	 * its stead if it has left.
	 */
	private void refuse(@Nullable Throwable failure) {
		PendingAcquire refused = null;
		PendingAcquire next;
		synchronized (this) {
			next = this.first;
			this.first = null;
			if (next == this.asker) {
				refused = this.asker.die() ? this.asker : null;
				next = this.gate.engine().queues().next(this.asker);
			}
		}
		this.gate.close(this);
		this.gate.store().withdraw(this.attempt);
		this.gate.serve(next);
		if (refused != null) {
			Call call = this.asker.call();
			this.gate.engine()
				.tell((failure == null) ? call::timedOut
						: () -> call.refused(Messages.unavailable(call.keys(), failure)));
		}
	}

	/**
	 * A place has died.
	 */
	void left(PendingAcquire place) {
		PendingAcquire next;
		synchronized (this) {
			if (this.first != place) {
				return;
			}
			next = this.gate.firstAlive(place);
			if (next != null && isForLeaseOf(next)) {
				this.first = next;
				return;
			}
			this.first = null;
			stopPoll();
		}
		this.gate.close(this);
		this.gate.store().withdraw(this.attempt);
		this.gate.serve(next);
	}

	private static final class NoAnswer extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private NoAnswer() {
			super(null, null, false, false);
		}

		@Override
		public String toString() {
			return "it has not answered yet";
		}

	}

}
