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
 */
final class Spare implements Executor {

	private static final Log logger = LogFactory.getLog(Spare.class);

	private static final long IDLE_SECONDS = 10;

	private final ThreadPoolExecutor pool;

	private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	/** Whether a thread was called and has not begun yet. */
	private final AtomicBoolean called = new AtomicBoolean();

	/**
	 * @param threads how many there are at most
	 */
	Spare(String name, int threads) {
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
		call();
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
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			if (!this.tasks.isEmpty()) {
				call();
			}
			task.run();
		}
	}

	/**
	 * What was given before still runs; what comes later runs on the thread that gives
	 * it.
	 */
	void close() {
		this.pool.shutdown();
	}

}
