package io.github.asynclock.transaction;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Inside a transaction of a Reactor Context, over R2DBC.
 */
abstract class R2dbcTransactionContract extends TransactionContract {

	private static final Duration SAFETY = Duration.ofSeconds(20);

	private static TransactionalOperator operator(ApplicationContext context, int propagation) {
		return TransactionalOperator.create(context.getBean(R2dbcTransactionManager.class),
				new DefaultTransactionDefinition(propagation));
	}

	private Mono<String> lock(String key) {
		return this.locks.executeMono(key, () -> Mono.just("ran"));
	}

	@Test
	void commit_othersReadTheNewValueOnly() {
		run((context) -> {
			AtomicReference<CompletableFuture<Integer>> another = new AtomicReference<>();
			Integer left = this.orders.payLater(30, () -> Mono.fromRunnable(() -> {
				another.set(this.accounts.readLater(1).toFuture());
				assertThat(isFree()).isFalse();
				assertThat(another.get()).isNotDone();
			})).block(SAFETY);
			assertThat(left).isEqualTo(70);
			assertThat(get(another.get())).isEqualTo(70);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void control_switchedOff_othersReadTheOldValueBeforeTheCommit() {
		run((context) -> {
			AtomicReference<Integer> seen = new AtomicReference<>();
			this.orders.payLater(30, () -> Mono.fromRunnable(() -> seen.set(get(anotherReads())))).block(SAFETY);
			assertThat(seen.get()).isEqualTo(100);
			assertThat(get(anotherReads())).isEqualTo(70);
		}, "async-lock.release-after-transaction=false");
	}

	@Test
	void rollback_releasesTheKeyAfterIt() {
		run((context) -> {
			AtomicReference<CompletableFuture<Integer>> another = new AtomicReference<>();
			assertThatIllegalStateException().isThrownBy(() -> this.orders.payLater(30, () -> Mono.defer(() -> {
				another.set(anotherReads());
				assertThat(isFree()).isFalse();
				return Mono.error(new IllegalStateException("rolls back"));
			})).block(SAFETY));
			assertThat(get(another.get())).isEqualTo(100);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void cancel_releasesTheKeyAfterTheRollback() {
		run((context) -> {
			CountDownLatch paid = new CountDownLatch(1);
			Disposable subscription = this.orders
				.payLater(30, () -> Mono.never().doOnSubscribe((any) -> paid.countDown()))
				.subscribe();
			await(paid);
			CompletableFuture<Integer> another = anotherReads();
			assertThat(isFree()).isFalse();
			subscription.dispose();
			assertThat(get(another)).isEqualTo(100);
		});
	}

	@Test
	void theTransactionsNextCallReenters_onWhateverThread() {
		run((context) -> {
			this.orders
				.payLater(30,
						() -> this.accounts.addLater(1, -20)
							.publishOn(reactor.core.scheduler.Schedulers.parallel())
							.flatMap((left) -> this.accounts.addLater(1, -left))
							.doOnNext((left) -> assertThat(isFree()).isFalse()))
				.block(SAFETY);
			assertThat(get(anotherReads())).isZero();
		});
	}

	@Test
	void itsParallelCallsExcludeEachOther_andDoNotWaitForTheCommit() {
		run((context) -> {
			TransactionalOperator required = operator(context, TransactionDefinition.PROPAGATION_REQUIRED);
			AtomicReference<String> inside = new AtomicReference<>("nobody");
			Mono<String> one = this.locks.executeMono(KEY,
					() -> Mono.fromCallable(() -> inside.getAndSet("one"))
						.delayElement(Duration.ofMillis(5))
						.doOnNext((before) -> inside.set("nobody")));
			assertThat(Mono.zip(one, one, one).as(required::transactional).block(SAFETY)).allMatch("nobody"::equals);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void requiresNew_reentersTheKeysOfTheSuspendedOneAndReleasesItsOwn() {
		run((context) -> {
			TransactionalOperator requiresNew = operator(context, TransactionDefinition.PROPAGATION_REQUIRES_NEW);
			this.orders
				.payLater(30,
						() -> lock(KEY).then(lock("own"))
							.doOnNext((any) -> assertThat(isFree("own")).isFalse())
							.as(requiresNew::transactional)
							.doOnNext((any) -> assertThat(isFree("own")).isTrue())
							.doOnNext((any) -> assertThat(isFree()).isFalse())
							.then(this.accounts.addLater(1, 1)))
				.block(SAFETY);
			assertThat(get(anotherReads())).isEqualTo(71);
		});
	}

	@Test
	void notSupported_reentersAndKeepsNothing() {
		run((context) -> {
			TransactionalOperator notSupported = operator(context, TransactionDefinition.PROPAGATION_NOT_SUPPORTED);
			this.orders
				.payLater(30,
						() -> lock(KEY).then(lock("own"))
							.doOnNext((any) -> assertThat(isFree("own")).isTrue())
							.as(notSupported::transactional)
							.doOnNext((any) -> assertThat(isFree()).isFalse()))
				.block(SAFETY);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void eachSubscriptionKeepsItsOwn() {
		run((context) -> {
			this.orders.payLater(30, Mono::empty).repeat(1).blockLast(SAFETY);
			assertThat(isFree()).isTrue();
			assertThat(get(anotherReads())).isEqualTo(40);
		});
	}

	@Test
	void aLockThatIsTakenElsewhereJustAsTheTransactionCompletesIsNotKeptForEver() {
		run((context) -> {
			AtomicReference<CompletableFuture<String>> late = new AtomicReference<>();
			Mono<String> transaction = Mono.deferContextual(
					(view) -> TransactionSynchronizationManager.forCurrentTransaction().doOnNext((manager) -> {
						Runnable lock = () -> late
							.set(get(elsewhere(() -> List.of(lock("late").contextWrite(view).toFuture()))).get(0));
						manager.registerSynchronization(new LastOrdered(lock));
						manager.registerSynchronization(new TransactionSynchronization() {
						});
					}).thenReturn("ended"));
			assertThat(transaction.as(operator(context, TransactionDefinition.PROPAGATION_REQUIRED)::transactional)
				.block(SAFETY)).isEqualTo("ended");
			assertThat(get(late.get())).isEqualTo("ran");
			get(this.locks.execute("late", () -> CompletableFuture.completedFuture("free")));
		});
	}

	/** Runs something while the list of who is told of the completion is made. */
	private static final class LastOrdered implements TransactionSynchronization, Ordered {

		private final Runnable meanwhile;

		private int lists;

		LastOrdered(Runnable meanwhile) {
			this.meanwhile = meanwhile;
		}

		/** Asked once for each list; the fourth, and last, is of the completion. */
		@Override
		public int getOrder() {
			if (++this.lists == 4) {
				this.meanwhile.run();
			}
			return 0;
		}

	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(SAFETY.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
