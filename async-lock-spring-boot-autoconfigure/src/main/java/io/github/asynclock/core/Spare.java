package io.github.asynclock.core;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The engine's own threads: one for actions where the application gives no executor, and
 * another for telling callers of timeouts and losses, which must not wait behind actions,
 * nor behind a few callers that block when they are told. Daemon threads that end when
 * idle; there are none until there is something to run.
 *
 * <p>
 * Tasks that come faster than a thread wakes are run by the same one: waking a thread for
 * each costs more than most tasks. Whenever there are tasks, a thread was called that has
 * not begun yet, or one is about to look: one that takes a task calls another first if
 * there are more. So a task waits for a thread to wake, never for another task to end,
 * unless all threads are taken.
 *
 * <p>
 * Where tasks have been short for a while, it does not call but watches: another thread
 * comes if the first one in line has not moved within a tick of the timer. For as long a
 * task may wait for one that blocks after many that did not. The first long one ends
 * that.
 */
final class Spare implements Executor {

	private static final Log logger = LogFactory.getLog(Spare.class);

	private static final long IDLE_SECONDS = 10;

	/** Waking a thread for less is not worth it. */
	private static final long SHORT_NANOS = 50_000;

	private static final int MANY = 256;

	private static final long PATIENCE_NANOS = 1_000_000;

	private final ThreadPoolExecutor pool;

	private final DeadlineWheel wheel;

	private volatile boolean closed;

	private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	/** Whether a thread was called and has not begun yet. */
	private final AtomicBoolean called = new AtomicBoolean();

	/** How many threads will look for tasks again. */
	private final AtomicInteger awake = new AtomicInteger();

	/** How many tasks in a row were short, about. */
	private volatile int shortOnes;

	private final AtomicBoolean watching = new AtomicBoolean();

	/** The first in line when the watch began. */
	private volatile @Nullable Runnable watched;

	/**
	 * @param threads how many there are at most
	 */
	Spare(String name, int threads) {
		this.wheel = new DeadlineWheel(name + "-watch");
		AtomicInteger count = new AtomicInteger();
		this.pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), (task) -> {
					Thread thread = new Thread(null, task, name + "-" + count.incrementAndGet(), 0, false);
					thread.setDaemon(true);
					return thread;
				}, (task, pool) -> task.run());
		this.pool.allowCoreThreadTimeOut(true);
	}

	@Override
	public void execute(Runnable task) {
		this.tasks.add(task);
		if (this.awake.get() > 0) {
			callOrWatch();
		}
		else {
			call();
		}
	}

	private void callOrWatch() {
		if (this.shortOnes < MANY || this.closed) {
			call();
		}
		else if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
			this.watched = this.tasks.peek();
			this.wheel.add(new Alarm(DeadlineWheel.in(PATIENCE_NANOS), this::look));
		}
	}

	private void look() {
		Runnable before = this.watched;
		this.watched = null;
		this.watching.set(false);
		Runnable first = this.tasks.peek();
		if (first != null && first == before) {
			call();
		}
		if (first != null) {
			callOrWatch();
		}
	}

	private void call() {
		if (this.called.get() || !this.called.compareAndSet(false, true)) {
			return;
		}
		try {
			this.pool.execute(this::run);
		}
		catch (Throwable ex) {
			// No thread is to be had: nothing may be stuck here for ever.
			logger.error("No thread could be started; its tasks run on this one", ex);
			run();
		}
	}

	private void run() {
		this.called.set(false);
		this.awake.incrementAndGet();
		try {
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				if (!this.tasks.isEmpty()) {
					callOrWatch();
				}
				runAndTime(task);
			}
		}
		finally {
			this.awake.decrementAndGet();
			if (!this.tasks.isEmpty()) {
				call(); // of one that saw this thread awake still
			}
		}
	}

	private void runAndTime(Runnable task) {
		long begun = System.nanoTime();
		task.run();
		if (System.nanoTime() - begun >= SHORT_NANOS) {
			this.shortOnes = 0;
		}
		else if (this.shortOnes < MANY) {
			this.shortOnes++;
		}
	}

	/**
	 * What was given before still runs; what comes later runs on the thread that gives
	 * it.
	 */
	void close() {
		this.closed = true;
		this.wheel.close();
		if (!this.tasks.isEmpty()) {
			call(); // nobody watches any more
		}
		this.pool.shutdown();
	}

}
