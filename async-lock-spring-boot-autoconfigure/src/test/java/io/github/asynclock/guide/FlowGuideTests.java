package io.github.asynclock.guide;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.asynclock.Lease;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.Locked;
import io.micrometer.context.ContextExecutorService;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide's "Several keys" and "Re-entrancy". */
@Timeout(60)
class FlowGuideTests {

	@Test
	void severalKeysAreAllHeldWhateverTheirOrder() {
		Application.of(Wallets.class).run((context) -> {
			Wallets wallets = context.getBean(Wallets.class);
			assertThat(Application.get(wallets.transfer(2, 1))).isEqualTo("[wallet-1, wallet-2]");
			assertThat(Application.get(wallets.transfer(1, 1))).isEqualTo("[wallet-1]");
			assertThat(Application.get(pay(context.getBean(LockService.class), List.of(2L, 1L))))
				.isEqualTo("[order-1, order-2]");
		});
	}

	@Test
	void oneOfThemTakenMeansNoneHeld() {
		Application.of(Wallets.class).run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> end = new CompletableFuture<>();
			locks.execute("wallet-2", () -> end);
			CompletableFuture<String> transfer = context.getBean(Wallets.class).transfer(1, 2).toFuture();
			assertThat(transfer).isNotDone();
			end.complete("done");
			assertThat(Application.get(transfer)).isEqualTo("[wallet-1, wallet-2]");
		});
	}

	@Test
	void nestedRequestsInOppositeOrdersFailOneOfThem() {
		Application.of().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			Sinks.Empty<Void> bothHold = Sinks.empty();
			CompletableFuture<String> one = locks
				.executeMono("a", () -> bothHold.asMono().then(locks.executeMono("b", () -> Mono.just("one"))))
				.toFuture();
			CompletableFuture<String> other = locks
				.executeMono("b", () -> bothHold.asMono().then(locks.executeMono("a", () -> Mono.just("other"))))
				.toFuture();
			bothHold.tryEmitEmpty();
			Throwable victim = Application.failure(one.isCompletedExceptionally() ? one : other);
			assertThat(victim).isInstanceOf(LockDeadlockException.class)
				.hasMessageContaining("a")
				.hasMessageContaining("b");
			assertThat(Application.get(one.isCompletedExceptionally() ? other : one)).isIn("one", "other");
		});
	}

	@Test
	void whatAnActionCallsReenters() {
		Application.of(Orders.class, Stock.class).run((context) -> {
			assertThat(Application.get(context.getBean(Orders.class).ship(7))).isEqualTo("reserved, invoiced");
			assertThat(Application.failure(context.getBean(Stock.class).reserveWhileHeldElsewhere(7)))
				.isInstanceOf(LockTimeoutException.class);
		});
	}

	@Test
	void childrenExcludeEachOtherOnAKeyThatOnlyOneOfThemTook() {
		Application.of().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			LockRequest once = LockRequest.of("extra").waitingAtMost(Duration.ZERO);
			Sinks.One<String> end = Sinks.one();
			CompletableFuture<String> parent = locks
				.executeMono("parent",
						() -> Mono.zip(locks.executeMono("extra", end::asMono),
								locks.executeMono(once, (lease) -> Mono.just("never"))
									.onErrorResume(LockTimeoutException.class, (ex) -> Mono.just("excluded"))
									.doOnNext((any) -> end.tryEmitValue("ran")),
								(one, other) -> one + ", " + other))
				.toFuture();
			assertThat(Application.get(parent)).isEqualTo("ran, excluded");
		});
	}

	@Test
	void aPlainExecutorIsAnotherFlowAndAPropagatingOneIsNot() {
		ExecutorService pool = Executors.newSingleThreadExecutor();
		Application.of().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			assertThat(Application.failure(nested(locks, pool))).isInstanceOf(LockTimeoutException.class);
			assertThat(Application.get(nested(locks, propagating(pool)))).isEqualTo("re-entered");
		});
		pool.shutdown();
	}

	private static Executor propagating(ExecutorService pool) {
		// tag::executor[]
		ContextSnapshotFactory contexts = ContextSnapshotFactory.builder().build();
		return ContextExecutorService.wrap(pool, contexts::captureAll);
		// end::executor[]
	}

	private static CompletableFuture<String> nested(LockService locks, Executor executor) {
		LockRequest once = LockRequest.of("order-1").waitingAtMost(Duration.ZERO);
		return locks.execute("order-1",
				() -> CompletableFuture
					.supplyAsync(() -> locks.execute(once, (lease) -> CompletableFuture.completedFuture("re-entered")),
							executor)
					.thenCompose((result) -> result));
	}

	private static Mono<String> pay(LockService locks, Collection<Long> orders) {
		LockRequest all = LockRequest.of(orders.stream().map((id) -> "order-" + id).toList());
		return locks.executeMono(all, (lease) -> Mono.just(lease.keys().toString()));
	}

	static class Wallets {

		// tag::several[]
		@Locked({ "'wallet-' + #from", "'wallet-' + #to" })
		public Mono<String> transfer(long from, long to) {
			return Lease.inContext().map((lease) -> lease.keys().toString());
		}
		// end::several[]

	}

	static class Orders {

		private final Stock stock;

		Orders(Stock stock) {
			this.stock = stock;
		}

		// tag::reentrant[]
		@Locked("'order-' + #id")
		public Mono<String> ship(long id) {
			return Mono.zip(this.stock.reserve(id), this.stock.invoice(id), (one, other) -> one + ", " + other);
		}
		// end::reentrant[]

	}

	static class Stock {

		private final LockService locks;

		Stock(LockService locks) {
			this.locks = locks;
		}

		// Need not wait: its caller holds the key.
		@Locked(key = "'order-' + #id", waitTime = "0")
		public Mono<String> reserve(long id) {
			return Mono.just("reserved");
		}

		@Locked(key = "'order-' + #id", waitTime = "0")
		public Mono<String> invoice(long id) {
			return Mono.just("invoiced");
		}

		/** The control: another flow that does not wait. */
		Mono<String> reserveWhileHeldElsewhere(long id) {
			LockRequest once = LockRequest.of("order-" + id).waitingAtMost(Duration.ZERO);
			Disposable elsewhere = this.locks.executeMono("order-" + id, Mono::never).subscribe();
			return this.locks.executeMono(once, (lease) -> Mono.just("reserved"))
				.doFinally((end) -> elsewhere.dispose());
		}

	}

}
