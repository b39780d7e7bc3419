package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.github.asynclock.FirstWins;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * {@code @FirstWins} on any store.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class FirstWinsContract {

	private final String key = UUID.randomUUID().toString();

	private final CountDownLatch named = new CountDownLatch(1);

	/** What an application sets to keep its locks there. */
	abstract String[] properties();

	@Test
	void losersGetEmptyAtOnce() {
		run((payments, locks) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<Boolean> started = new CompletableFuture<>();
			CompletableFuture<String> winner = payments.pay(this.key, () -> {
				started.complete(true);
				return work;
			});
			get(started);
			// The winner has not ended: to wait for it would last for ever.
			assertThat(get(payments.pay(this.key, Payments::mustNotRun))).isNull();
			assertThat(payments.payLazily(this.key, Payments::mustNotRun).blockOptional()).isEmpty();
			assertThat(payments.payBlocking(this.key, Payments::mustNotRun)).isNull();
			work.complete("won");
			assertThat(get(winner)).isEqualTo("won");
		});
	}

	@Test
	void theWindowSurvivesTheWinnersEnd() {
		run((payments, locks) -> {
			assertThat(get(payments.pay(this.key, () -> CompletableFuture.completedFuture("won")))).isEqualTo("won");
			assertThat(get(payments.pay(this.key, Payments::mustNotRun))).isNull();
			assertThat(get(payments.pay(this.key + "other", () -> CompletableFuture.completedFuture("another"))))
				.isEqualTo("another");
		});
	}

	@Test
	void theWindowCountsFromTheWinnersStart() {
		run((payments, locks) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<Boolean> started = new CompletableFuture<>();
			CompletableFuture<String> winner = payments.payBriefly(this.key, () -> {
				started.complete(true);
				return work;
			});
			get(started);
			// Of the same window, and granted later: when its own is over, the winner's
			// is.
			get(payments.payBriefly(this.key + "clock", () -> CompletableFuture.completedFuture("")));
			get(locks.execute(LockRequest.of(this.key + "clock").waitingAtMost(Duration.ofMinutes(1)),
					(lease) -> CompletableFuture.completedFuture("")));
			work.complete("won");
			assertThat(get(winner)).isEqualTo("won");
			assertThat(get(payments.payBriefly(this.key, () -> CompletableFuture.completedFuture("next"))))
				.isEqualTo("next");
		});
	}

	@Test
	void aFailedActionKeepsTheWindowByDefault() {
		run((payments, locks) -> {
			assertThatThrownBy(() -> get(payments.pay(this.key, Payments::fail))).hasRootCauseMessage("refused");
			assertThat(get(payments.pay(this.key, Payments::mustNotRun))).isNull();
		});
	}

	@Test
	void aFailedActionMayFreeTheWindow() {
		run((payments, locks) -> {
			assertThatThrownBy(() -> get(payments.payAgain(this.key, Payments::fail))).hasRootCauseMessage("refused");
			assertThatThrownBy(() -> get(payments.payAgain(this.key, Payments::fail))).hasRootCauseMessage("refused");
			assertThat(get(payments.payAgain(this.key, () -> CompletableFuture.completedFuture("won"))))
				.isEqualTo("won");
			assertThat(get(payments.payAgain(this.key, Payments::mustNotRun))).isNull();
		});
	}

	@Test
	void itHasAName() throws Exception {
		run((payments, locks) -> get(payments.pay(this.key, () -> CompletableFuture.completedFuture("won"))));
		assertThat(this.named.await(30, TimeUnit.SECONDS)).isTrue();
	}

	private void run(BiConsumer<Payments, LockService> test) {
		LockListener listener = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				if ("payments".equals(event.name())) {
					FirstWinsContract.this.named.countDown();
				}
			}
		};
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withPropertyValues(properties())
			.withBean(Payments.class)
			.withBean(LockListener.class, () -> listener)
			.run((context) -> test.accept(context.getBean(Payments.class), context.getBean(LockService.class)));
	}

	static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	static class Payments {

		static CompletableFuture<String> mustNotRun() {
			throw new AssertionError("A loser ran");
		}

		static CompletableFuture<String> fail() {
			return CompletableFuture.failedFuture(new IllegalStateException("refused"));
		}

		@FirstWins(key = "#key", window = "10m", name = "payments")
		public CompletableFuture<String> pay(String key, Supplier<CompletableFuture<String>> work) {
			return work.get();
		}

		@FirstWins(key = "#key", window = "10m")
		public Mono<String> payLazily(String key, Supplier<CompletableFuture<String>> work) {
			return Mono.fromFuture(work);
		}

		@FirstWins(key = "#key", window = "10m")
		public String payBlocking(String key, Supplier<CompletableFuture<String>> work) {
			return work.get().join();
		}

		@FirstWins(key = "#key", window = "200ms")
		public CompletableFuture<String> payBriefly(String key, Supplier<CompletableFuture<String>> work) {
			return work.get();
		}

		@FirstWins(key = "#key", window = "10m", releaseOnError = true)
		public CompletableFuture<String> payAgain(String key, Supplier<CompletableFuture<String>> work) {
			return work.get();
		}

	}

}
