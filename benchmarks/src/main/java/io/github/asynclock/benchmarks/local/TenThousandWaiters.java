package io.github.asynclock.benchmarks.local;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import io.github.asynclock.benchmarks.harness.Contestant;

/**
 * 10,000 callers wait for one key, with actions on another executor, in three shapes: the
 * lock starts the action there, and it is then done; the action takes itself there
 * ({@code supplyAsync}) after the lock has started it there too; and the action takes
 * itself there from wherever the key was released, as the peer always does.
 */
final class TenThousandWaiters {

	private static final int WAITERS = 10_000;

	private TenThousandWaiters() {
	}

	/**
	 * The least that "on another executor" costs: a chain of tasks, each of which submits
	 * the next.
	 */
	public static final class Hop implements Contestant {

		private final ExecutorService executor = KeyedLock.oneThread();

		private int left;

		private CompletableFuture<Void> done = new CompletableFuture<>();

		@Override
		public Map<String, Double> round() {
			this.left = WAITERS;
			this.done = new CompletableFuture<>();
			long start = System.nanoTime();
			this.executor.execute(this::hop);
			this.done.join();
			return Map.of("drain", (double) (System.nanoTime() - start) / WAITERS);
		}

		private void hop() {
			if (--this.left == 0) {
				this.done.complete(null);
			}
			else {
				this.executor.execute(this::hop);
			}
		}

		@Override
		public void close() {
			this.executor.shutdown();
		}

	}

	/**
	 * The same where each hop is a {@code supplyAsync} whose end starts the next.
	 */
	public static final class HopSupplyAsync implements Contestant {

		private final ExecutorService executor = KeyedLock.oneThread();

		private int left;

		private CompletableFuture<Void> done = new CompletableFuture<>();

		@Override
		public Map<String, Double> round() {
			this.left = WAITERS;
			this.done = new CompletableFuture<>();
			long start = System.nanoTime();
			hop();
			this.done.join();
			return Map.of("drain", (double) (System.nanoTime() - start) / WAITERS);
		}

		private void hop() {
			CompletableFuture.supplyAsync(() -> --this.left, this.executor).whenComplete((left, ex) -> {
				if (left == 0) {
					this.done.complete(null);
				}
				else {
					hop();
				}
			});
		}

		@Override
		public void close() {
			this.executor.shutdown();
		}

	}

	public static final class AsyncLock extends HeldKey {

		public AsyncLock() {
			this(KeyedLock.oneThread());
		}

		private AsyncLock(ExecutorService executor) {
			super(WAITERS, KeyedLock.asyncLock(executor), executor, false);
		}

	}

	public static final class AsyncUtil extends HeldKey {

		public AsyncUtil() {
			this(KeyedLock.oneThread());
		}

		private AsyncUtil(ExecutorService executor) {
			super(WAITERS, KeyedLock.asyncUtil(executor), executor, false);
		}

	}

	public static final class AsyncLockSupplyAsync extends HeldKey {

		public AsyncLockSupplyAsync() {
			this(KeyedLock.oneThread());
		}

		private AsyncLockSupplyAsync(ExecutorService executor) {
			super(WAITERS, KeyedLock.asyncLock(executor), executor, true);
		}

	}

	public static final class AsyncLockSupplyAsyncOnly extends HeldKey {

		public AsyncLockSupplyAsyncOnly() {
			super(WAITERS, KeyedLock.asyncLock(Runnable::run), KeyedLock.oneThread(), true);
		}

	}

	public static final class AsyncUtilSupplyAsync extends HeldKey {

		public AsyncUtilSupplyAsync() {
			super(WAITERS, KeyedLock.asyncUtil(), KeyedLock.oneThread(), true);
		}

	}

}
