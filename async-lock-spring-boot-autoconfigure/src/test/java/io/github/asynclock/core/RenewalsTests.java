package io.github.asynclock.core;

import java.time.Duration;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.local.LocalLockStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Renewing against what comes to be held meanwhile.
 */
class RenewalsTests {

	@Test
	void aGrantThatComesToBeHeldWhileARoundLooksThroughTheOthersIsRenewed() throws Exception {
		CountDownLatch renewed = new CountDownLatch(1);
		Grant first = new Grant();
		Grant second = new Grant();
		LockStore store = mock(LockStore.class);
		given(store.renew(any())).willAnswer((call) -> {
			Collection<StoreGrant> grants = call.getArgument(0);
			if (grants.contains(second)) {
				renewed.countDown();
			}
			return CompletableFuture.completedFuture(List.of());
		});
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore()).build()) {
			Holdings holdings = new Holdings();
			Renewals renewals = new Renewals(service.engine(), store, holdings);
			Holding one = holding(first);
			holdings.afterLooking.set(() -> {
				Holding other = holding(second);
				holdings.held.add(other);
				renewals.watch(other);
			});
			renewals.watch(one); // and given back at once

			assertThat(renewed.await(20, TimeUnit.SECONDS)).isTrue();
		}
	}

	/** Of a cluster whose node is silent: that is no loss, and no renewal. */
	@Test
	void onlyWhatWasExtendedIsCounted() throws Exception {
		CompletableFuture<Integer> counted = new CompletableFuture<>();
		EngineObserver observer = new EngineObserver() {
			@Override
			public void renewed(int keys) {
				counted.complete(keys);
			}
		};
		Grant extended = new Grant();
		Grant silent = new Grant();
		Grant lost = new Grant();
		LockStore store = mock(LockStore.class);
		given(store.renew(any())).willAnswer((call) -> {
			extended.deadline += TimeUnit.MINUTES.toNanos(1);
			lost.deadline++; // to now, which may be later
			return CompletableFuture.completedFuture(List.of(lost));
		});
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore())
			.observer(observer)
			.build()) {
			List<Holding> holdings = List.of(holding(extended), holding(silent), holding(lost));
			Renewals renewals = new Renewals(service.engine(), store, holdings);
			renewals.watch(holdings.get(0));

			assertThat(counted.get(20, TimeUnit.SECONDS)).isOne();
		}
	}

	private static Holding holding(StoreGrant grant) {
		return new Holding(new PendingAcquire("k", TestCall.UNUSED), grant);
	}

	/** Somebody else goes on right after they were looked through. */
	private static final class Holdings extends AbstractCollection<Holding> {

		private final ConcurrentLinkedQueue<Holding> held = new ConcurrentLinkedQueue<>();

		private final AtomicReference<@Nullable Runnable> afterLooking = new AtomicReference<>();

		@Override
		public Iterator<Holding> iterator() {
			Iterator<Holding> each = this.held.iterator();
			return new Iterator<>() {

				@Override
				public boolean hasNext() {
					boolean hasNext = each.hasNext();
					Runnable then = hasNext ? null : Holdings.this.afterLooking.getAndSet(null);
					if (then != null) {
						then.run();
					}
					return hasNext;
				}

				@Override
				public Holding next() {
					return each.next();
				}

			};
		}

		@Override
		public int size() {
			return this.held.size();
		}

	}

	private static final class Grant implements StoreGrant {

		/** A third of its lease is over in a moment. */
		private volatile long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(40_050);

		@Override
		public String key() {
			return "k";
		}

		@Override
		public long token() {
			return 1;
		}

		@Override
		public Duration lease() {
			return Duration.ofMinutes(1);
		}

		@Override
		public long deadline() {
			return this.deadline;
		}

		@Override
		public @Nullable StoreGrant handOver(Duration lease) {
			return null;
		}

	}

}
