package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A store that has to be asked, for tests of the engine's asynchronous side: what several
 * JVMs would share is one object here, and its answers come when the test lets them.
 * Leases do not expire by themselves; a test takes them away.
 */
final class SharedStore {

	/** What all instances share: who holds a key, and which instances wait for it. */
	private final Map<String, Grant> holders = new HashMap<>();

	private final Map<String, LinkedHashMap<Instance, Attempt>> waiting = new HashMap<>();

	private final List<Instance> instances = new ArrayList<>();

	private long epoch;

	private int handOffs = 64;

	private final AtomicInteger latecomers = new AtomicInteger();

	final List<String> log = new ArrayList<>();

	SharedStore handOffs(int handOffs) {
		this.handOffs = handOffs;
		return this;
	}

	synchronized Instance instance() {
		Instance instance = new Instance();
		this.instances.add(instance);
		return instance;
	}

	synchronized void loseAll() {
		this.holders.clear();
	}

	/** The next one that looks finds a deadline passed; then a renewal is answered. */
	void renewLate() {
		this.latecomers.set(1);
	}

	synchronized boolean isIdle() {
		return this.holders.isEmpty() && this.waiting.values().stream().allMatch(Map::isEmpty);
	}

	/** One JVM's side. */
	final class Instance implements LockStore {

		private @Nullable Listener listener;

		/** Set: answers wait for {@link #answerNext}. */
		volatile boolean manual;

		/** Set: every command fails. */
		volatile boolean down;

		boolean hints = true;

		/** What the thread does that releases, before it does. */
		volatile Runnable beforeRelease = () -> {
		};

		volatile boolean closed;

		Duration pollInterval = Duration.ofSeconds(60);

		private final ArrayDeque<Runnable> pending = new ArrayDeque<>();

		/** How many there were; written under the lock of what is pending. */
		volatile int commands;

		@Override
		public boolean grantsAtOnce() {
			return false;
		}

		@Override
		public long grantNow(String key) {
			throw new AssertionError("must be asked");
		}

		private <T> CompletionStage<T> answer(String what, Supplier<T> command) {
			CompletableFuture<T> answer = new CompletableFuture<>();
			Runnable run = () -> {
				if (this.down) {
					answer.completeExceptionally(new IllegalStateException("store is down"));
				}
				else {
					answer.complete(command.get());
				}
			};
			synchronized (this.pending) {
				this.commands = this.commands + 1;
				if (this.manual) {
					this.pending.add(run);
					return answer;
				}
			}
			CompletableFuture.runAsync(run);
			return answer;
		}

		/** Executes the oldest command that waits, and answers it on this thread. */
		void answerNext() {
			Runnable next;
			synchronized (this.pending) {
				next = this.pending.remove();
			}
			next.run();
		}

		int pending() {
			synchronized (this.pending) {
				return this.pending.size();
			}
		}

		@Override
		public Attempt attempt(List<String> keys, Duration lease, boolean enqueues) {
			return new Asked(keys, lease, enqueues);
		}

		@Override
		public boolean grantsTogether(List<String> keys) {
			return true;
		}

		@Override
		public CompletionStage<Answer> acquire(Attempt attempt) {
			return answer("acquire " + attempt.keys(), () -> {
				synchronized (SharedStore.this) {
					return tryAcquire((Asked) attempt);
				}
			});
		}

		private Answer tryAcquire(Asked attempt) {
			boolean free = true;
			for (String key : attempt.keys()) {
				var queue = SharedStore.this.waiting.computeIfAbsent(key, (same) -> new LinkedHashMap<>());
				boolean turn = queue.isEmpty() || queue.keySet().iterator().next() == this;
				free &= !SharedStore.this.holders.containsKey(key) && turn;
			}
			if (!free) {
				if (attempt.enqueues()) {
					attempt.keys().forEach((key) -> SharedStore.this.waiting.get(key).putIfAbsent(this, attempt));
				}
				return new Answer.Busy(Duration.ZERO);
			}
			List<StoreGrant> grants = new ArrayList<>();
			for (String key : attempt.keys()) {
				SharedStore.this.waiting.get(key).remove(this);
				Grant grant = new Grant(this, key, ++SharedStore.this.epoch, 0, attempt.lease());
				SharedStore.this.holders.put(key, grant);
				grants.add(grant);
			}
			return new Answer.Granted(grants);
		}

		@Override
		public CompletionStage<Void> withdraw(Attempt attempt) {
			if (!attempt.enqueues()) {
				return CompletableFuture.completedFuture(null);
			}
			return answer("withdraw " + attempt.keys(), () -> {
				synchronized (SharedStore.this) {
					attempt.keys().forEach((key) -> {
						var queue = SharedStore.this.waiting.getOrDefault(key, new LinkedHashMap<>());
						queue.remove(this, attempt);
						wakeFirst(key);
					});
				}
				return null;
			});
		}

		@Override
		public CompletionStage<? extends Collection<StoreGrant>> renew(Collection<StoreGrant> grants) {
			return answer("renew", () -> {
				List<StoreGrant> gone = new ArrayList<>();
				synchronized (SharedStore.this) {
					for (StoreGrant grant : grants) {
						Grant holder = SharedStore.this.holders.get(grant.key());
						if (holder == null || holder.epoch != ((Grant) grant).epoch) {
							gone.add(grant);
						}
						else {
							((Grant) grant).deadline = System.nanoTime() + grant.lease().toNanos();
						}
					}
				}
				return gone;
			});
		}

		@Override
		public CompletionStage<Boolean> release(StoreGrant grant, Duration rest) {
			this.beforeRelease.run();
			return answer("release", () -> {
				synchronized (SharedStore.this) {
					Grant holder = SharedStore.this.holders.get(grant.key());
					boolean held = holder != null && holder.epoch == ((Grant) grant).epoch;
					if (held) {
						SharedStore.this.holders.remove(grant.key());
					}
					wakeFirst(grant.key());
					return held;
				}
			});
		}

		private void wakeFirst(String key) {
			var queue = SharedStore.this.waiting.getOrDefault(key, new LinkedHashMap<>());
			if (!queue.isEmpty() && !SharedStore.this.holders.containsKey(key)) {
				Instance first = queue.keySet().iterator().next();
				if (first.hints && first.listener != null) {
					CompletableFuture.runAsync(() -> first.listener.wakeUp(key));
				}
			}
		}

		@Override
		public CompletionStage<Boolean> isLocked(String key) {
			return answer("isLocked", () -> {
				synchronized (SharedStore.this) {
					return SharedStore.this.holders.containsKey(key);
				}
			});
		}

		@Override
		public void listen(Listener listener) {
			this.listener = listener;
		}

		@Override
		public Duration pollInterval() {
			return this.pollInterval;
		}

		@Override
		public void close() {
			this.closed = true;
			// What it holds stays until somebody takes it away, as after a crash.
		}

	}

	/** By identity, not by value. */
	private static final class Asked implements Attempt {

		private final List<String> keys;

		private final Duration lease;

		private final boolean enqueues;

		private Asked(List<String> keys, Duration lease, boolean enqueues) {
			this.keys = keys;
			this.lease = lease;
			this.enqueues = enqueues;
		}

		@Override
		public List<String> keys() {
			return this.keys;
		}

		@Override
		public boolean enqueues() {
			return this.enqueues;
		}

		Duration lease() {
			return this.lease;
		}

	}

	private final class Grant implements StoreGrant {

		private final Instance instance;

		private final String key;

		private final long epoch;

		private final int handedOver;

		private final Duration lease;

		private volatile long deadline;

		private Grant(Instance instance, String key, long epoch, int handedOver, Duration lease) {
			this.instance = instance;
			this.key = key;
			this.epoch = epoch;
			this.handedOver = handedOver;
			this.lease = lease;
			this.deadline = System.nanoTime() + lease.toNanos();
		}

		@Override
		public String key() {
			return this.key;
		}

		@Override
		public long token() {
			return this.epoch * 1024 + this.handedOver;
		}

		@Override
		public Duration lease() {
			return this.lease;
		}

		@Override
		public long deadline() {
			return (SharedStore.this.latecomers.getAndSet(0) > 0) ? System.nanoTime() - 1 : this.deadline;
		}

		@Override
		public @Nullable StoreGrant handOver(Duration lease) {
			if (this.handedOver + 1 >= SharedStore.this.handOffs || !lease.equals(this.lease)) {
				return null;
			}
			Grant next = new Grant(this.instance, this.key, this.epoch, this.handedOver + 1, lease);
			synchronized (SharedStore.this) {
				if (SharedStore.this.holders.get(this.key) != this) {
					return null;
				}
				SharedStore.this.holders.put(this.key, next);
			}
			next.deadline = this.deadline;
			return next;
		}

	}

}
