package io.github.asynclock.core;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine's own threads: one for actions where the application gives no executor, and
 * another for telling callers of timeouts and losses, which must not wait behind actions,
 * nor behind a few callers that block when they are told. Daemon threads that end when
 * idle; there are none until there is something to run.
 */
final class Spare implements Executor {

	private static final long IDLE_SECONDS = 10;

	private final ThreadPoolExecutor pool;

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
		this.pool.execute(task);
	}

	/**
	 * What was given before still runs; what comes later runs on the thread that gives
	 * it.
	 */
	void close() {
		this.pool.shutdown();
	}

}
