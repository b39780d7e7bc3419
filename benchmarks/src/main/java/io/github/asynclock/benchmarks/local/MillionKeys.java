package io.github.asynclock.benchmarks.local;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import io.github.asynclock.benchmarks.harness.Contestant;
import io.github.asynclock.benchmarks.harness.Memory;

/**
 * 1,000,000 keys, each used once. Figures per key: {@code retained} heap, and time.
 */
final class MillionKeys {

	private static final int KEYS = 1_000_000;

	private MillionKeys() {
	}

	abstract static class Keys implements Contestant {

		private int next;

		private int ran;

		abstract void use(String key);

		void ran() {
			this.ran++;
		}

		@Override
		public Map<String, Double> round() {
			this.ran = 0;
			long before = Memory.retained();
			long start = System.nanoTime();
			for (int i = 0; i < KEYS; i++) {
				use("order-" + this.next++);
			}
			long end = System.nanoTime();
			if (this.ran != KEYS) {
				throw new IllegalStateException(this.ran + " of " + KEYS + " ran");
			}
			return Map.of("time", (double) (end - start) / KEYS, "retained",
					(double) (Memory.retained() - before) / KEYS);
		}

	}

	abstract static class LibraryKeys extends Keys {

		private final CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);

		private final KeyedLock lock;

		LibraryKeys(KeyedLock lock) {
			this.lock = lock;
		}

		@Override
		void use(String key) {
			this.lock.run(key, () -> {
				ran();
				return this.done;
			}).toCompletableFuture().join();
		}

		@Override
		public void close() throws Exception {
			this.lock.close();
		}

	}

	public static final class AsyncLock extends LibraryKeys {

		public AsyncLock() {
			super(KeyedLock.asyncLock(KeyedLock.oneThread()));
		}

	}

	public static final class AsyncUtil extends LibraryKeys {

		public AsyncUtil() {
			super(KeyedLock.asyncUtil());
		}

	}

	/**
	 * A map of locks, as often written by hand: it never forgets a key.
	 */
	public static final class LockMap extends Keys {

		private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

		@Override
		void use(String key) {
			ReentrantLock lock = this.locks.computeIfAbsent(key, (any) -> new ReentrantLock());
			lock.lock();
			try {
				ran();
			}
			finally {
				lock.unlock();
			}
		}

	}

}
