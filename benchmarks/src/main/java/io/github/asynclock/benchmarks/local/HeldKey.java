package io.github.asynclock.benchmarks.local;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.asynclock.benchmarks.harness.Contestant;
import io.github.asynclock.benchmarks.harness.Memory;

/**
 * Callers queue up behind a held key; then it is released, and all run one after the
 * other. Figures per waiter: {@code drain} from the release to the last result,
 * {@code whole} from the first call, {@code bytes} allocated.
 */
abstract class HeldKey implements Contestant {

	private static final String KEY = "order-4711";

	private static final long PATIENCE_SECONDS = 60;

	private static final CompletableFuture<Integer> DONE = CompletableFuture.completedFuture(1);

	private final int waiters;

	private final KeyedLock lock;

	private final ExecutorService executor;

	private final Supplier<CompletableFuture<Integer>> action;

	/** Only actions write it, one at a time by the lock's own promise. */
	private int ran;

	HeldKey(int waiters, KeyedLock lock, ExecutorService executor, boolean actionsOnExecutor) {
		this.waiters = waiters;
		this.lock = lock;
		this.executor = executor;
		this.action = actionsOnExecutor ? () -> CompletableFuture.supplyAsync(() -> ++this.ran, this.executor) : () -> {
			this.ran++;
			return DONE;
		};
	}

	@Override
	public void check() throws Exception {
		boolean[] inOrder = { true };
		int[] next = { 0 };
		CompletableFuture<Integer> holder = hold();
		CompletionStage<Integer> last = holder;
		for (int i = 0; i < this.waiters; i++) {
			int place = i;
			last = this.lock.run(KEY, () -> {
				inOrder[0] &= place == next[0]++;
				return DONE;
			});
		}
		holder.complete(0);
		await(last);
		if (!inOrder[0] || next[0] != this.waiters) {
			throw new IllegalStateException(next[0] + " of " + this.waiters + " ran, in order: " + inOrder[0]);
		}
	}

	@Override
	public Map<String, Double> round() throws Exception {
		this.ran = 0;
		long allocatedBefore = Memory.allocated();
		CompletableFuture<Integer> holder = hold();
		long start = System.nanoTime();
		CompletionStage<Integer> last = queueUp();
		long queued = System.nanoTime();
		holder.complete(0);
		await(last);
		long end = System.nanoTime();
		if (this.ran != this.waiters) {
			throw new IllegalStateException(this.ran + " of " + this.waiters + " ran");
		}
		return Map.of("drain", perWaiter(end - queued), "whole", perWaiter(end - start), "bytes",
				perWaiter(Memory.allocated() - allocatedBefore));
	}

	CompletableFuture<Integer> hold() {
		CompletableFuture<Integer> holder = new CompletableFuture<>();
		this.lock.run(KEY, () -> holder);
		return holder;
	}

	CompletionStage<Integer> queueUp() {
		CompletionStage<Integer> last = DONE;
		for (int i = 0; i < this.waiters; i++) {
			last = this.lock.run(KEY, this.action);
		}
		return last;
	}

	static void await(CompletionStage<Integer> last) throws Exception {
		last.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
	}

	double perWaiter(long total) {
		return (double) total / this.waiters;
	}

	@Override
	public void close() throws Exception {
		this.lock.close();
		this.executor.shutdown();
	}

}
