package io.github.asynclock.transaction;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.LockRequest;
import io.github.asynclock.transaction.Database.Ask;
import io.github.asynclock.transaction.Database.AskLock;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Inside a transaction of the thread, over JDBC.
 */
abstract class JdbcTransactionContract extends TransactionContract {

	private static TransactionTemplate template(ApplicationContext context, int propagation) {
		TransactionTemplate template = new TransactionTemplate(context.getBean(Database.FailingManager.class));
		template.setPropagationBehavior(propagation);
		return template;
	}

	private static void inTransaction(ApplicationContext context, Runnable action) {
		inTransaction(context, TransactionDefinition.PROPAGATION_REQUIRED, action);
	}

	private static void inTransaction(ApplicationContext context, int propagation, Runnable action) {
		template(context, propagation).executeWithoutResult((status) -> action.run());
	}

	@Test
	void commit_othersReadTheNewValueOnly() {
		run((context) -> {
			AtomicReference<CompletableFuture<Integer>> another = new AtomicReference<>();
			this.orders.pay(30, () -> {
				another.set(anotherReads());
				assertThat(isFree()).isFalse();
				assertThat(another.get()).isNotDone();
			});
			assertThat(get(another.get())).isEqualTo(70);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void control_switchedOff_othersReadTheOldValueBeforeTheCommit() {
		run((context) -> {
			AtomicReference<Integer> seen = new AtomicReference<>();
			this.orders.pay(30, () -> seen.set(get(anotherReads())));
			assertThat(seen.get()).isEqualTo(100);
			assertThat(get(anotherReads())).isEqualTo(70);
		}, "async-lock.release-after-transaction=false");
	}

	@Test
	void rollback_releasesTheKeyAfterIt() {
		run((context) -> {
			AtomicReference<CompletableFuture<Integer>> another = new AtomicReference<>();
			assertThatIllegalStateException().isThrownBy(() -> this.orders.pay(30, () -> {
				another.set(anotherReads());
				assertThat(isFree()).isFalse();
				throw new IllegalStateException("rolls back");
			}));
			assertThat(get(another.get())).isEqualTo(100);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aCommitThatFails_soThatNobodyKnowsHowItEnded_releasesTheKey() {
		run((context) -> {
			Database.FailingManager manager = context.getBean(Database.FailingManager.class);
			AtomicReference<Integer> completion = new AtomicReference<>();
			manager.commitFails = true;
			assertThatThrownBy(() -> this.orders.pay(30, () -> onCompletion(completion::set)))
				.isInstanceOf(TransactionSystemException.class);
			assertThat(completion.get()).isEqualTo(TransactionSynchronization.STATUS_UNKNOWN);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void theTransactionsNextCallReenters() {
		run((context) -> {
			this.orders.pay(30, () -> {
				assertThat(this.accounts.addAtOnce(1, -20)).isEqualTo(50);
				assertThat(get(this.accounts.read(1))).isEqualTo(50);
				assertThat(isFree()).isFalse();
			});
			assertThat(get(anotherReads())).isEqualTo(50);
		});
	}

	@Test
	void aFutureThatStillRunsAfterTheCommitIsReleasedAtItsEnd() {
		run((context) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			AtomicReference<CompletableFuture<String>> result = new AtomicReference<>();
			inTransaction(context, () -> result.set(this.accounts.follow(1, work)));
			assertThat(isFree()).isFalse();
			work.complete("ended");
			assertThat(get(result.get())).isEqualTo("ended");
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aFutureThatHadToWaitIsKeptUntilTheCommit() {
		run((context) -> {
			CompletableFuture<String> held = new CompletableFuture<>();
			CompletableFuture<String> holder = this.accounts.follow(1, held);
			inTransaction(context, () -> {
				CompletableFuture<Integer> waits = this.accounts.read(1);
				assertThat(waits).isNotDone();
				held.complete("ended");
				assertThat(get(waits)).isEqualTo(100);
				assertThat(isFree()).isFalse();
			});
			assertThat(get(holder)).isEqualTo("ended");
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aCallWhoseLockAnswersLaterOnAnotherThreadIsKeptUntilTheCommit() {
		run((context) -> {
			inTransaction(context, () -> {
				CompletableFuture<String> future = this.accounts.ask(new Ask(1));
				answerElsewhere(context);
				assertThat(get(future)).isEqualTo("asked");
				assertThat(isFree()).isFalse();
			});
			assertThat(isFree()).isTrue();
			inTransaction(context, () -> {
				CompletableFuture<String> mono = this.accounts.askLater(new Ask(1)).toFuture();
				answerElsewhere(context);
				assertThat(get(mono)).isEqualTo("asked");
				assertThat(isFree()).isFalse();
			});
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aCallWhoseLockAnswersLaterReentersWhatTheTransactionKeeps() {
		run((context) -> {
			this.orders.pay(30, () -> {
				CompletableFuture<String> future = this.accounts.ask(new Ask(1));
				answerElsewhere(context);
				assertThat(get(future)).isEqualTo("asked");
				CompletableFuture<String> mono = this.accounts.askLater(new Ask(1)).toFuture();
				answerElsewhere(context);
				assertThat(get(mono)).isEqualTo("asked");
			});
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aCallWhoseLockAnswersAfterTheCommitIsAnyones() {
		run((context) -> {
			AtomicReference<CompletableFuture<String>> late = new AtomicReference<>();
			this.orders.pay(30, () -> late.set(this.accounts.ask(new Ask(1))));
			assertThat(isFree()).isTrue();
			answerElsewhere(context);
			assertThat(get(late.get())).isEqualTo("asked");
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void aCallOfNoTransactionWhoseLockAnswersWithinSomebodysIsNotKeptForThat() {
		run((context) -> {
			CompletableFuture<String> future = this.accounts.ask(new Ask(1));
			inTransaction(context, () -> {
				answer(context);
				assertThat(get(future)).isEqualTo("asked");
				assertThat(isFree()).isTrue();
			});
			CompletableFuture<String> mono = this.accounts.askLater(new Ask(1)).toFuture();
			inTransaction(context, () -> {
				answer(context);
				assertThat(get(mono)).isEqualTo("asked");
				assertThat(isFree()).isTrue();
			});
		});
	}

	private static void answerElsewhere(ApplicationContext context) {
		get(elsewhere(() -> answer(context)));
	}

	private static boolean answer(ApplicationContext context) {
		AskLock lock = context.getBean(AskLock.class);
		CompletableFuture<LockRequest> answer = lock.answer;
		lock.answer = new CompletableFuture<>();
		return answer.complete(new Ask(1).request());
	}

	@Test
	void requiresNew_reentersTheKeysOfTheSuspendedOneAndReleasesItsOwn() {
		run((context) -> {
			this.orders.pay(30, () -> {
				inTransaction(context, TransactionDefinition.PROPAGATION_REQUIRES_NEW, () -> {
					assertThat(get(this.locks.execute(KEY, () -> CompletableFuture.completedFuture("again"))))
						.isEqualTo("again");
					get(this.locks.execute("own", () -> CompletableFuture.completedFuture("own")));
					assertThat(isFree("own")).isFalse();
				});
				assertThat(isFree("own")).isTrue();
				assertThat(isFree()).isFalse();
				assertThat(this.accounts.addAtOnce(1, 1)).isEqualTo(71);
			});
			assertThat(get(anotherReads())).isEqualTo(71);
		});
	}

	@Test
	void requiresNew_twiceAndTwoDeep() {
		run((context) -> {
			int requiresNew = TransactionDefinition.PROPAGATION_REQUIRES_NEW;
			inTransaction(context, () -> {
				for (int i = 0; i < 2; i++) {
					inTransaction(context, requiresNew, () -> {
						this.locks.execute("a", () -> CompletableFuture.completedFuture("a"));
						inTransaction(context, requiresNew, () -> {
							get(this.locks.execute("a", () -> CompletableFuture.completedFuture("again")));
							get(this.locks.execute("b", () -> CompletableFuture.completedFuture("b")));
						});
						assertThat(isFree("b")).isTrue();
						assertThat(isFree("a")).isFalse();
					});
					assertThat(isFree("a")).isTrue();
				}
				get(this.locks.execute("c", () -> CompletableFuture.completedFuture("c")));
			});
			assertThat(isFree("c")).isTrue();
			assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
		});
	}

	@Test
	void nested_isPartOfTheOuterOne() {
		run((context) -> {
			inTransaction(context, () -> {
				inTransaction(context, TransactionDefinition.PROPAGATION_NESTED, () -> this.accounts.add(1, -30));
				assertThat(isFree()).isFalse();
			});
			assertThat(get(anotherReads())).isEqualTo(70);
		});
	}

	@Test
	void notSupported_reentersAndKeepsNothing() {
		run((context) -> {
			this.orders.pay(30, () -> {
				inTransaction(context, TransactionDefinition.PROPAGATION_NOT_SUPPORTED, () -> {
					get(this.locks.execute(KEY, () -> CompletableFuture.completedFuture("again")));
					get(this.locks.execute("own", () -> CompletableFuture.completedFuture("own")));
					assertThat(isFree("own")).isTrue();
				});
				assertThat(isFree()).isFalse();
			});
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void notSupported_alsoWithoutSynchronization() {
		run((context) -> {
			context.getBean(Database.FailingManager.class)
				.setTransactionSynchronization(
						AbstractPlatformTransactionManager.SYNCHRONIZATION_ON_ACTUAL_TRANSACTION);
			notSupportedOnce(context);
		});
	}

	private void notSupportedOnce(ApplicationContext context) {
		this.orders.pay(30,
				() -> inTransaction(context, TransactionDefinition.PROPAGATION_NOT_SUPPORTED,
						() -> assertThat(get(this.locks.execute(KEY, () -> CompletableFuture.completedFuture("again"))))
							.isEqualTo("again")));
		assertThat(isFree()).isTrue();
	}

	@Test
	void supports_withoutATransactionKeepsNothing() {
		run((context) -> inTransaction(context, TransactionDefinition.PROPAGATION_SUPPORTS, () -> {
			get(this.locks.execute(KEY, () -> CompletableFuture.completedFuture("ran")));
			assertThat(isFree()).isTrue();
		}));
	}

	@Test
	void afterTheCommit_callbacksStillReenter() {
		run((context) -> {
			AtomicReference<Integer> seen = new AtomicReference<>();
			this.orders.pay(30, () -> onCompletion((status) -> seen.set(this.accounts.addAtOnce(1, 0))));
			assertThat(seen.get()).isEqualTo(70);
			assertThat(isFree()).isTrue();
		});
	}

	@Test
	void theTransactionThatALockedMethodBeginsItselfIsWithinTheLock() {
		run((context) -> {
			this.accounts.addInTransaction(1, -30);
			assertThat(isFree()).isTrue();
			assertThat(get(anotherReads())).isEqualTo(70);
			this.orders.pay(1, () -> this.accounts.addInTransaction(1, -1));
			assertThat(get(anotherReads())).isEqualTo(68);
		});
	}

	@Test
	void nothingIsLeftOnTheThread() {
		run((context) -> {
			this.orders.pay(30, () -> {
			});
			assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
			get(this.locks.execute(KEY, () -> CompletableFuture.completedFuture("ran")));
			assertThat(isFree()).isTrue();
		});
	}

	private static void onCompletion(java.util.function.IntConsumer told) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
			@Override
			public int getOrder() {
				return 0;
			}

			@Override
			public void afterCompletion(int status) {
				told.accept(status);
			}
		});
	}

}
