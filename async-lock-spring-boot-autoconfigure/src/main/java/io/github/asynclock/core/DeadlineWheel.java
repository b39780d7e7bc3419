package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Calls what has a deadline when that has passed: never early, and as little late as the
 * thread is given time, plus a tick. A hashed timing wheel (Varghese and Lauck, "Hashed
 * and Hierarchical Timing Wheels", 1987): adding and removing are constant-time and touch
 * one bucket, so that a waiter that is granted leaves nothing behind.
 *
 * <p>
 * The one thread sleeps until the next bucket that has anything, and ends when it had
 * nothing to do for a while. It looks at the buckets <em>after</em> it has published when
 * it will wake; one that adds looks at that <em>after</em> its bucket has the entry. So
 * one of the two sees the other.
 */
final class DeadlineWheel implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(DeadlineWheel.class);

	private static final int TICK_BITS = 22; // 4.2 ms

	private static final int BUCKETS = 1024; // 4.3 s for a round

	private static final long NEVER = Long.MAX_VALUE;

	private static final long IDLE_NANOS = 10_000_000_000L;

	private final Bucket[] buckets = new Bucket[BUCKETS];

	private final String threadName;

	/** The tick at which the thread wakes; written under this object's monitor. */
	private volatile long wakeTick = NEVER;

	private @Nullable Thread thread;

	private boolean closed;

	DeadlineWheel(String threadName) {
		this.threadName = threadName;
		for (int i = 0; i < BUCKETS; i++) {
			this.buckets[i] = new Bucket();
		}
	}

	/**
	 * The clock of all deadlines. May be negative; compare by subtraction.
	 */
	static long now() {
		return System.nanoTime();
	}

	/**
	 * The deadline that is this far from now; far ones are as far as the clock goes.
	 */
	static long in(long nanos) {
		// Half the clock's range, so that subtraction never overflows.
		return now() + Math.min(nanos, Long.MAX_VALUE >> 1);
	}

	void add(Timed timed) {
		long tick = dueTick(timed);
		bucket(tick).add(timed);
		if (tick - this.wakeTick < 0 || this.wakeTick == NEVER) {
			wakeAt(tick);
		}
	}

	/**
	 * Takes something out; nothing happens if it is not there (any more).
	 */
	void remove(Timed timed) {
		bucket(dueTick(timed)).remove(timed);
	}

	/** How many have not expired. For tests. */
	int size() {
		int size = 0;
		for (Bucket bucket : this.buckets) {
			size += bucket.size();
		}
		return size;
	}

	/**
	 * Whether there is no entry: a snapshot.
	 */
	boolean isEmpty() {
		for (Bucket bucket : this.buckets) {
			if (!bucket.isEmpty()) {
				return false;
			}
		}
		return true;
	}

	private static long dueTick(Timed timed) {
		return (timed.deadline() >> TICK_BITS) + 1;
	}

	private Bucket bucket(long tick) {
		return this.buckets[(int) tick & (BUCKETS - 1)];
	}

	private synchronized void wakeAt(long tick) {
		if (this.closed) {
			return;
		}
		if (this.wakeTick == NEVER || tick - this.wakeTick < 0) {
			this.wakeTick = tick;
			if (this.thread == null) {
				this.thread = new Thread(null, this::run, this.threadName, 0, false);
				this.thread.setDaemon(true);
				startThread(this.thread);
			}
			else {
				LockSupport.unpark(this.thread);
			}
		}
	}

	/** Without a thread there is no timeout: the next that adds tries again. */
	private void startThread(Thread thread) {
		try {
			thread.start();
		}
		catch (Throwable ex) {
			this.thread = null;
			this.wakeTick = NEVER;
			logger.error("The timer's thread could not be started; the next one that waits tries again", ex);
		}
	}

	private void run() {
		long next = now() >> TICK_BITS;
		for (long from = startRound(next); from != NEVER; from = startRound(next)) {
			long tick = now() >> TICK_BITS;
			for (long at = Math.max(from, tick - BUCKETS + 1); at <= tick; at++) {
				expire(bucket(at));
			}
			next = tick + 1;
			planWake(next);
			awaitWake();
		}
	}

	/**
	 * From here on, until the next wake is planned, each one that adds says so.
	 * @param next the first tick that no round has looked at
	 * @return where to begin: there, or earlier if somebody was late to add;
	 * {@link #NEVER} if the thread has to end
	 */
	private synchronized long startRound(long next) {
		if (this.closed || this.thread != Thread.currentThread()) {
			return NEVER; // the wake may be another thread's by now
		}
		long from = Math.min(this.wakeTick, next);
		this.wakeTick = NEVER;
		return from;
	}

	private void expire(Bucket bucket) {
		for (Timed timed : bucket.takeDue(now())) {
			try {
				timed.expire();
			}
			catch (Throwable ex) {
				logger.error("A deadline could not be handled; others go on", ex);
			}
		}
	}

	private void planWake(long from) {
		for (long at = from; at < from + BUCKETS; at++) {
			if (!bucket(at).isEmpty()) {
				wakeAt(at);
				return;
			}
		}
	}

	/**
	 * Sleeps until the planned tick, or for a while when there is none: then the thread
	 * is not this wheel's any more.
	 */
	private void awaitWake() {
		long idleSince = now();
		while (!isClosed()) {
			long wake = this.wakeTick;
			long nanos = (wake == NEVER) ? IDLE_NANOS - (now() - idleSince) : (wake << TICK_BITS) - now();
			if (nanos > 0) {
				LockSupport.parkNanos(this, nanos);
			}
			else if (wake != NEVER || endIfIdle()) {
				return;
			}
		}
	}

	private synchronized boolean isClosed() {
		return this.closed;
	}

	private synchronized boolean endIfIdle() {
		if (this.wakeTick == NEVER) {
			this.thread = null;
			return true;
		}
		return false;
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.thread != null) {
			LockSupport.unpark(this.thread);
		}
	}

	/** What is due in one tick of any round; its monitor guards the list. */
	private static final class Bucket {

		private volatile @Nullable Timed first;

		synchronized void add(Timed timed) {
			Timed former = this.first;
			timed.later(former);
			if (former != null) {
				former.earlier(timed);
			}
			this.first = timed;
		}

		synchronized void remove(Timed timed) {
			Timed earlier = timed.earlier();
			Timed later = timed.later();
			if (earlier == null && this.first != timed) {
				return;
			}
			if (earlier == null) {
				this.first = later;
			}
			else {
				earlier.later(later);
			}
			if (later != null) {
				later.earlier(earlier);
			}
			timed.earlier(null);
			timed.later(null);
		}

		synchronized List<Timed> takeDue(long now) {
			if (this.first == null) {
				return List.of();
			}
			List<Timed> due = new ArrayList<>();
			for (Timed at = this.first; at != null;) {
				Timed later = at.later();
				if (at.deadline() - now <= 0) {
					remove(at);
					due.add(at);
				}
				at = later;
			}
			return due;
		}

		boolean isEmpty() {
			return this.first == null;
		}

		synchronized int size() {
			int size = 0;
			for (Timed at = this.first; at != null; at = at.later()) {
				size++;
			}
			return size;
		}

	}

}
