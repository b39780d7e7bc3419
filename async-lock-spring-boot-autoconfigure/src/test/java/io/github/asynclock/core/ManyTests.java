package io.github.asynclock.core;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Very many callers: the stack stays flat, the order is kept, and nothing is left.
 */
@Tag("many")
class ManyTests {

	private static final Duration WAIT = Duration.ofMinutes(10);

	private static final LockRequest ONE = LockRequest.of("key").waitingAtMost(WAIT);

	private final ExecutorService executor = Executors.newSingleThreadExecutor();

	private QueueingLockService service = service();

	@AfterEach
	void close() {
		this.service.close();
		this.executor.shutdownNow();
	}

	private QueueingLockService service() {
		return QueueingLockService.builder(new LocalLockStore()).waitTime(WAIT).executor(this.executor).build();
	}

	private void startDirectly() {
		this.service.close();
		this.service = QueueingLockService.builder(new LocalLockStore()).waitTime(WAIT).executor(Runnable::run).build();
	}

	@Test
	void aMillionWaitersWhoseActionsAreOverAtOnceRunInOrder() throws Exception {
		Order order = new Order();
		CompletableFuture<String> held = hold();
		int count = 1_000_000;
		CompletableFuture<?> last = null;
		for (int i = 0; i < count; i++) {
			int number = i;
			last = this.service.execute("key", () -> order.next(number));
		}
		held.complete("over");

		last.get(5, TimeUnit.MINUTES);
		order.requireAll(count);
		awaitIdle();
	}

	@Test
	void aHundredThousandMonosRunInOrder() throws Exception {
		Order order = new Order();
		CompletableFuture<String> held = hold();
		int count = 100_000;
		CompletableFuture<?> last = null;
		for (int i = 0; i < count; i++) {
			int number = i;
			last = this.service.executeMono(ONE, (lease) -> Mono.fromFuture(order.next(number))).toFuture();
		}
		held.complete("over");

		last.get(5, TimeUnit.MINUTES);
		order.requireAll(count);
		awaitIdle();
	}

	@Test
	void aHundredThousandRunInOrderWhereTheExecutorRunsThemAtOnce() throws Exception {
		startDirectly();
		Order order = new Order();
		CompletableFuture<String> held = hold();
		int count = 100_000;
		List<CompletableFuture<?>> results = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			int number = i;
			results.add((i % 2 == 0) ? this.service.execute("key", () -> order.next(number))
					: this.service.executeMono(ONE, (lease) -> Mono.fromFuture(order.next(number))).toFuture());
		}
		held.complete("over");

		order.requireAll(count);
		assertThat(results).allMatch(CompletableFuture::isDone);
		awaitIdle();
	}

	@Test
	void aHundredThousandOfWhichEachFollowsOnTheOneBefore() throws Exception {
		Order order = new Order();
		CompletableFuture<String> held = hold();
		int count = 100_000;
		CompletableFuture<Integer> last = this.service.execute("key", () -> order.next(0));
		for (int i = 1; i < count; i++) {
			int number = i;
			last = last.thenCompose((before) -> this.service.execute("key", () -> order.next(number)));
		}
		held.complete("over");

		last.get(5, TimeUnit.MINUTES);
		order.requireAll(count);
		awaitIdle();
	}

	@Test
	void aHundredThousandActionsThatEndTogetherOnOneStack() throws Exception {
		Order order = new Order();
		CompletableFuture<String> held = hold();
		CompletableFuture<String> trigger = new CompletableFuture<>();
		int count = 100_000;
		CompletableFuture<?> last = null;
		for (int i = 0; i < count; i++) {
			int number = i;
			last = this.service.execute("key", () -> {
				order.next(number);
				return trigger;
			});
			this.service.execute("other" + i, () -> trigger);
		}
		held.complete("over");
		trigger.complete("now");

		last.get(5, TimeUnit.MINUTES);
		order.requireAll(count);
		awaitIdle();
	}

	@Test
	void aHundredThousandCallersOfSeveralKeys() throws Exception {
		CompletableFuture<String> held = hold();
		AtomicInteger runs = new AtomicInteger();
		AtomicInteger inside = new AtomicInteger();
		LockRequest several = LockRequest.of("key", "left", "right").waitingAtMost(WAIT);
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 100_000; i++) {
			results.add(this.service.execute(several, (lease) -> {
				assertThat(inside.incrementAndGet()).isOne();
				runs.incrementAndGet();
				inside.decrementAndGet();
				return CompletableFuture.completedFuture("done");
			}));
		}
		held.complete("over");

		CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(5, TimeUnit.MINUTES);
		assertThat(runs).hasValue(100_000);
		awaitIdle();
	}

	@Test
	void aMillionKeysUsedOnceLeaveNothing() {
		for (int i = 0; i < 1_000_000; i++) {
			this.service.execute("key" + i, () -> CompletableFuture.completedFuture("done"));
		}

		assertThat(TestEngines.isIdle(this.service.engine())).isTrue();
	}

	@Test
	void aHundredThousandWaitersWithdrawnInAnyOrderLeaveNothing() throws Exception {
		CompletableFuture<String> held = hold();
		List<Runnable> cancels = new ArrayList<>();
		AtomicInteger runs = new AtomicInteger();
		for (int i = 0; i < 100_000; i++) {
			if (i % 2 == 0) {
				CompletableFuture<Integer> result = this.service.execute("key",
						() -> CompletableFuture.completedFuture(runs.incrementAndGet()));
				cancels.add(() -> result.cancel(false));
			}
			else {
				Disposable subscription = this.service.executeMono(ONE, (lease) -> Mono.just(runs.incrementAndGet()))
					.subscribe();
				cancels.add(subscription::dispose);
			}
		}
		Collections.shuffle(cancels, new Random(1));
		cancels.forEach(Runnable::run);

		assertThat(this.service.engine().wheel().isEmpty()).isTrue();
		assertThat(this.service.engine().queues().size()).isOne();
		held.complete("over");
		awaitIdle();
		assertThat(runs).hasValue(0);
	}

	@Test
	void anOldLeaseThatSomebodyKeepsKeepsNoLaterOne() throws Exception {
		AtomicReference<Lease> old = new AtomicReference<>();
		List<WeakReference<Lease>> later = new ArrayList<>();
		CompletableFuture<String> held = hold();
		this.service.execute(ONE, (lease) -> {
			old.set(lease);
			return CompletableFuture.completedFuture("done");
		});
		CompletableFuture<?> last = null;
		for (int i = 0; i < 1_000; i++) {
			last = this.service.execute(ONE, (lease) -> {
				later.add(new WeakReference<>(lease));
				return CompletableFuture.completedFuture("done");
			});
		}
		held.complete("over");
		last.get(1, TimeUnit.MINUTES);
		last = null;
		this.service.execute("key", () -> CompletableFuture.completedFuture("done"));
		awaitIdle();

		requireCollected(later);
		assertThat(old.get()).isNotNull();
	}

	@Test
	void aCancelledWaitThatSomebodyKeepsKeepsNoOtherCall() throws Exception {
		List<Object> kept = new ArrayList<>();
		List<WeakReference<Object>> others = new ArrayList<>();
		CompletableFuture<String> held = hold();
		fillAndCancel(kept, others);
		held.complete("over");
		awaitIdle();

		requireCollected(others);
		assertThat(kept).hasSize(2);
	}

	private void fillAndCancel(List<Object> kept, List<WeakReference<Object>> others) {
		for (int i = 0; i < 1_000; i++) {
			Object mark = new Object();
			CompletableFuture<Object> result = this.service.execute("key",
					() -> CompletableFuture.completedFuture(mark));
			KeepingSubscriber subscriber = new KeepingSubscriber();
			this.service.executeMono(ONE, (lease) -> Mono.just(mark)).subscribe(subscriber);
			result.cancel(false);
			subscriber.subscription.cancel();
			if (i == 0) {
				kept.add(result);
				kept.add(subscriber);
			}
			else {
				others.add(new WeakReference<>(mark));
			}
		}
	}

	private static <T> void requireCollected(List<WeakReference<T>> references) throws InterruptedException {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (references.stream().anyMatch((reference) -> reference.get() != null)) {
			long left = references.stream().filter((reference) -> reference.get() != null).count();
			assertThat(System.nanoTime() - until).as(left + " are still reachable").isNegative();
			System.gc();
			Thread.sleep(20);
		}
	}

	private CompletableFuture<String> hold() {
		CompletableFuture<String> held = new CompletableFuture<>();
		this.service.execute("key", () -> held);
		return held;
	}

	private void awaitIdle() throws InterruptedException {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (!TestEngines.isIdle(this.service.engine())) {
			assertThat(System.nanoTime() - until).as("a key or a timer is left").isNegative();
			Thread.sleep(1);
		}
	}

	/** Runs one at a time, in the order of entering. */
	private static final class Order {

		private final AtomicInteger next = new AtomicInteger();

		private final AtomicInteger wrong = new AtomicInteger();

		private CompletableFuture<Integer> next(int number) {
			if (!this.next.compareAndSet(number, number + 1)) {
				this.wrong.incrementAndGet();
			}
			return CompletableFuture.completedFuture(number);
		}

		private void requireAll(int count) {
			assertThat(this.wrong).hasValue(0);
			assertThat(this.next).hasValue(count);
		}

	}

}
