package io.github.asynclock.benchmarks.local;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;

import io.github.asynclock.benchmarks.harness.Contestant;

/**
 * 1,000 tasks wait for one held key; then it is released. With {@code ReentrantLock} a
 * task that waits is a thread that waits.
 */
final class ThousandTasks {

	private static final int TASKS = 1_000;

	private ThousandTasks() {
	}

	public static final class AsyncLock extends HeldKey {

		public AsyncLock() {
			this(KeyedLock.oneThread());
		}

		private AsyncLock(ExecutorService executor) {
			super(TASKS, KeyedLock.asyncLock(executor), executor, false);
		}

	}

	/**
	 * {@code whole} includes the start of the threads; {@code drain} begins when all of
	 * them wait.
	 */
	public static final class PlatformThreads implements Contestant {

		private final ReentrantLock lock = new ReentrantLock();

		private int ran;

		@Override
		public Map<String, Double> round() throws InterruptedException {
			this.ran = 0;
			CountDownLatch done = new CountDownLatch(TASKS);
			this.lock.lock();
			long start = System.nanoTime();
			for (int i = 0; i < TASKS; i++) {
				new Thread(() -> task(done)).start();
			}
			long started = System.nanoTime();
			while (this.lock.getQueueLength() < TASKS) {
				Thread.sleep(1);
			}
			long queued = System.nanoTime();
			this.lock.unlock();
			done.await();
			long end = System.nanoTime();
			if (this.ran != TASKS) {
				throw new IllegalStateException(this.ran + " of " + TASKS + " ran");
			}
			return Map.of("drain", (double) (end - queued) / TASKS, "whole",
					(double) (started - start + end - queued) / TASKS);
		}

		private void task(CountDownLatch done) {
			this.lock.lock();
			try {
				this.ran++;
			}
			finally {
				this.lock.unlock();
			}
			done.countDown();
		}

	}

}
