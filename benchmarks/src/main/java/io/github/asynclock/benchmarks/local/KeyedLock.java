package io.github.asynclock.benchmarks.local;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import com.ibm.asyncutil.locks.AsyncNamedLock;
import com.ibm.asyncutil.util.StageSupport;
import io.github.asynclock.LockService;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;

/**
 * What both libraries can do: run an action under a key until its stage has ended. Each
 * is called as its own documentation tells.
 */
interface KeyedLock extends AutoCloseable {

	CompletionStage<Integer> run(String key, Supplier<CompletableFuture<Integer>> action);

	@Override
	default void close() throws Exception {
	}

	/**
	 * This library. Actions that had to wait start on the executor.
	 */
	static KeyedLock asyncLock(Executor executor) {
		QueueingLockService service = asyncLockService(executor);
		return new KeyedLock() {

			@Override
			public CompletionStage<Integer> run(String key, Supplier<CompletableFuture<Integer>> action) {
				return service.execute(key, action);
			}

			@Override
			public void close() {
				service.close();
			}

		};
	}

	static QueueingLockService asyncLockService(Executor executor) {
		return QueueingLockService.builder(new LocalLockStore()).executor(executor).build();
	}

	/**
	 * asyncutil's fair lock. Actions that had to wait start on the thread that releases.
	 */
	static KeyedLock asyncUtil() {
		AsyncNamedLock<String> locks = AsyncNamedLock.createFair();
		return (key, action) -> StageSupport.tryComposeWith(locks.acquireLock(key), (token) -> action.get());
	}

	/**
	 * asyncutil's fair lock, with actions that start on the executor.
	 */
	static KeyedLock asyncUtil(Executor executor) {
		AsyncNamedLock<String> locks = AsyncNamedLock.createFair();
		return (key, action) -> locks.acquireLock(key)
			.thenComposeAsync((token) -> action.get().whenComplete((value, ex) -> token.releaseLock()), executor);
	}

	/**
	 * The other executor of all rows: one thread, so that a hop means neither waking nor
	 * stealing.
	 */
	static ExecutorService oneThread() {
		return Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, "executor");
			thread.setDaemon(true);
			return thread;
		});
	}

}
