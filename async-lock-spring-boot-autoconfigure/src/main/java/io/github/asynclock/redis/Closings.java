package io.github.asynclock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Closes attempts and leases, again until it is answered: a release that is lost would
 * block the key for a whole lease. Given up when that is over anyway.
 */
final class Closings {

	private static final Log logger = LogFactory.getLog(Closings.class);

	/** What a script says that found another owner, or none. */
	private static final Long NOT_HELD = 0L;

	private static final long AGAIN_MILLIS = 100;

	private final RedisProtocol protocol;

	private final ScheduledExecutorService timer;

	private final long commandTimeoutNanos;

	/** Those that were not answered, to be sent again. */
	private final ConcurrentLinkedQueue<Closing> unanswered = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean sendingLater = new AtomicBoolean();

	private final AtomicInteger open = new AtomicInteger();

	private volatile @Nullable CompletableFuture<Void> idle;

	private volatile boolean closed;

	Closings(RedisProtocol protocol, ScheduledExecutorService timer, long commandTimeoutNanos) {
		this.protocol = protocol;
		this.timer = timer;
		this.commandTimeoutNanos = commandTimeoutNanos;
	}

	/**
	 * Closes an attempt that has no lease.
	 * @return ends with the first try, however it ended
	 */
	CompletionStage<Boolean> close(KeyName name, long counter, long leaseMillis, boolean mark) {
		return begin(new Closing(name, counter, leaseMillis, mark, null, 0));
	}

	/**
	 * Closes a lease.
	 * @param restNanos how long the key stays taken; zero for not at all
	 * @return ends with the first try, however it ended; false if Redis did not have it
	 * any more
	 */
	CompletionStage<Boolean> close(RedisHold hold, long restNanos) {
		return begin(closingOf(hold, restNanos));
	}

	/**
	 * Closes a lease that a command was sent for already.
	 * @param reply to that command: first whether the lease was held
	 * @return as the others
	 */
	CompletionStage<Boolean> closing(RedisHold hold, Reply<List<Object>> reply) {
		return begin(closingOf(hold, 0), reply);
	}

	private Closing closingOf(RedisHold hold, long restNanos) {
		return new Closing(hold.name, hold.counter, hold.leaseMillis, hold.isDirty(), hold, restNanos);
	}

	private CompletionStage<Boolean> begin(Closing closing) {
		return begin(closing, closing.send());
	}

	private CompletionStage<Boolean> begin(Closing closing, Reply<List<Object>> reply) {
		this.open.incrementAndGet();
		reply.whenComplete(closing::answered);
		return closing.tried;
	}

	/**
	 * Sends all again that was not answered: there is a connection.
	 */
	void sendAgain() {
		int count = this.unanswered.size();
		for (int i = 0; i < count; i++) {
			Closing closing = this.unanswered.poll();
			if (closing == null) {
				return;
			}
			closing.sendAgain();
		}
	}

	private void sendAgainLater() {
		if (this.sendingLater.compareAndSet(false, true)) {
			this.timer.schedule(() -> {
				this.sendingLater.set(false);
				sendAgain();
			}, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void done() {
		if (this.open.decrementAndGet() > 0) {
			return;
		}
		// Not before: whoever waits says so first, and looks at what is open after.
		CompletableFuture<Void> idle = this.idle;
		if (idle != null) {
			idle.complete(null);
		}
	}

	/**
	 * There is no connection any more, and never will be.
	 */
	void giveUp() {
		this.closed = true;
		while (this.unanswered.poll() != null) {
			done();
		}
	}

	/**
	 * Completes when nothing is left to be answered, provided that nothing new is closed.
	 */
	CompletableFuture<Void> idle() {
		CompletableFuture<Void> idle = new CompletableFuture<>();
		this.idle = idle;
		if (this.open.get() == 0) {
			idle.complete(null);
		}
		return idle;
	}

	private final class Closing {

		private final KeyName name;

		private final long counter;

		private final long leaseMillis;

		private final @Nullable RedisHold hold;

		private final long begun = System.nanoTime();

		private final long restNanos;

		private final CompletableFuture<Boolean> tried = new CompletableFuture<>();

		private boolean mark;

		private Closing(KeyName name, long counter, long leaseMillis, boolean mark, @Nullable RedisHold hold,
				long restNanos) {
			this.name = name;
			this.counter = counter;
			this.leaseMillis = leaseMillis;
			this.mark = mark;
			this.hold = hold;
			this.restNanos = restNanos;
		}

		private long restMillis() {
			long left = this.restNanos - (System.nanoTime() - this.begun);
			return (left > 0) ? (left + 999_999) / 1_000_000 : 0;
		}

		private Reply<List<Object>> send() {
			return Closings.this.protocol.close(this.name, this.counter, restMillis(), this.mark, this.leaseMillis);
		}

		private void answered(@Nullable List<Object> answer, @Nullable Throwable failure) {
			if (failure == null || Closings.this.closed) {
				done();
			}
			else {
				// It may still be executed, after whatever comes next.
				this.mark |= Failures.isUnknown(failure);
				Closings.this.unanswered.add(this);
				sendAgainLater();
				if (Closings.this.closed) {
					giveUp();
				}
			}
			this.tried.complete(answer == null || !answer.get(0).equals(NOT_HELD));
		}

		private void sendAgain() {
			long most = Math.max(TimeUnit.MILLISECONDS.toNanos(this.leaseMillis), this.restNanos)
					+ Closings.this.commandTimeoutNanos;
			if (System.nanoTime() - this.begun > most) {
				logger.debug("Key " + this.name.key() + " could not be released; its lease is over by now");
				done();
				return;
			}
			if (this.hold != null && restMillis() > 0) {
				// Until it rests for sure it must not become free.
				Closings.this.protocol.renew(List.of(this.hold));
			}
			send().whenComplete(this::answered);
		}

	}

}
