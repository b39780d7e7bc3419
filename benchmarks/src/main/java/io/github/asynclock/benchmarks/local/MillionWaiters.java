package io.github.asynclock.benchmarks.local;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.benchmarks.harness.Memory;
import io.github.asynclock.core.QueueingLockService;

/**
 * 1,000,000 callers wait for one key, with actions that are done at once. Besides times:
 * what a waiter keeps of the heap while it waits, its action not counted and its future
 * dropped by the caller.
 */
final class MillionWaiters {

	private static final int WAITERS = 1_000_000;

	private MillionWaiters() {
	}

	abstract static class Waiters extends HeldKey {

		Waiters(KeyedLock lock, ExecutorService executor) {
			super(WAITERS, lock, executor, false);
		}

		@Override
		public Map<String, Double> round() throws Exception {
			System.gc();
			Map<String, Double> figures = new HashMap<>(super.round());
			figures.put("retained", retained());
			return figures;
		}

		private double retained() throws Exception {
			CompletableFuture<Integer> holder = hold();
			long before = Memory.retained();
			CompletionStage<Integer> last = queueUp();
			double retained = perWaiter(Memory.retained() - before);
			holder.complete(0);
			await(last);
			return retained;
		}

	}

	public static final class AsyncLock extends Waiters {

		public AsyncLock() {
			this(KeyedLock.oneThread());
		}

		private AsyncLock(ExecutorService executor) {
			super(KeyedLock.asyncLock(executor), executor);
		}

	}

	/**
	 * With one request and one action for all, instead of a key and a supplier per call.
	 */
	public static final class AsyncLockPreparedRequest extends Waiters {

		public AsyncLockPreparedRequest() {
			this(KeyedLock.oneThread());
		}

		private AsyncLockPreparedRequest(ExecutorService executor) {
			super(new Prepared(KeyedLock.asyncLockService(executor)), executor);
		}

	}

	/**
	 * Starts its actions where the key is released: the cheapest that it can do.
	 */
	public static final class AsyncUtil extends Waiters {

		public AsyncUtil() {
			super(KeyedLock.asyncUtil(), KeyedLock.oneThread());
		}

	}

	private static final class Prepared implements KeyedLock {

		private final QueueingLockService service;

		private LockRequest request = LockRequest.of("none");

		private Supplier<CompletableFuture<Integer>> action = () -> CompletableFuture.completedFuture(0);

		private Function<Lease, CompletableFuture<Integer>> leasedAction = (lease) -> this.action.get();

		Prepared(QueueingLockService service) {
			this.service = service;
		}

		@Override
		public CompletionStage<Integer> run(String key, Supplier<CompletableFuture<Integer>> action) {
			if (this.request.keys().get(0) != key) {
				this.request = LockRequest.of(key);
			}
			if (this.action != action) {
				this.action = action;
				this.leasedAction = (lease) -> action.get();
			}
			return this.service.execute(this.request, this.leasedAction);
		}

		@Override
		public void close() {
			this.service.close();
		}

	}

}
