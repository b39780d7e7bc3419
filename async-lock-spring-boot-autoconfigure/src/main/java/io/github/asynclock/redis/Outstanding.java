package io.github.asynclock.redis;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * The commands that have not been answered, and what is done about those that are not in
 * time. A look at all of them now and then costs less than a timer for each. Nothing runs
 * while nothing is outstanding.
 */
final class Outstanding {

	private static final Log logger = LogFactory.getLog(Outstanding.class);

	private final ConcurrentLinkedQueue<Reply<?>> replies = new ConcurrentLinkedQueue<>();

	private final ScheduledExecutorService timer;

	private final long tickNanos;

	private final Consumer<Reply<?>> late;

	private final AtomicBoolean looking = new AtomicBoolean();

	/**
	 * @param late told of each that was not answered in time, before its dependents are
	 */
	Outstanding(ScheduledExecutorService timer, long timeoutNanos, Consumer<Reply<?>> late) {
		this.timer = timer;
		this.tickNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(2),
				Math.min(TimeUnit.MILLISECONDS.toNanos(25), timeoutNanos / 10));
		this.late = late;
	}

	void add(Reply<?> reply) {
		this.replies.add(reply);
		if (!this.looking.get() && this.looking.compareAndSet(false, true)) {
			lookLater();
		}
	}

	private void lookLater() {
		this.timer.schedule(this::look, this.tickNanos, TimeUnit.NANOSECONDS);
	}

	/** Whatever it throws, the others are looked at, and later again. */
	private void tell(Reply<?> reply) {
		try {
			this.late.accept(reply);
		}
		catch (Throwable ex) {
			logger.error("A connection that is silent could not be replaced", ex);
		}
	}

	private void look() {
		long now = System.nanoTime();
		for (Iterator<Reply<?>> each = this.replies.iterator(); each.hasNext();) {
			Reply<?> reply = each.next();
			if (reply.isDone()) {
				each.remove();
			}
			else if (reply.expiresAt - now <= 0) {
				each.remove();
				tell(reply);
				reply.completeExceptionally(Failures.timeout(reply.expiresAt - reply.sentAt));
			}
		}
		boolean more = !this.replies.isEmpty();
		if (!more) {
			this.looking.set(false);
			more = !this.replies.isEmpty() && this.looking.compareAndSet(false, true);
		}
		if (more) {
			lookLater();
		}
	}

}
