package io.github.asynclock.guide;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;
import io.github.asynclock.Locked;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.github.asynclock.autoconfigure.AsyncLockOffAutoConfiguration;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** The guide's "Testing your own locked services"; its slice is in the sample's tests. */
@Timeout(60)
class TestingGuideTests {

	private static final Duration SAFETY = Duration.ofSeconds(20);

	@Test
	void withoutSpring_theLockIsReal() {
		// tag::unit[]
		try (QueueingLockService locks = QueueingLockService.builder(new LocalLockStore()).build()) {
			Sinks.One<String> payment = Sinks.one();
			Checkout checkout = new Checkout(locks, payment::asMono);

			CompletableFuture<String> first = checkout.pay(7).toFuture();
			CompletableFuture<String> second = checkout.pay(7).toFuture();
			// The second waits.
			assertThat(checkout.underWay()).isEqualTo(1);

			payment.tryEmitValue("paid");
			assertThat(first.join()).isEqualTo("paid");
			assertThat(second.join()).isEqualTo("paid");
			assertThat(checkout.most()).isEqualTo(1);
		}
		// end::unit[]
	}

	@Test
	void control_withoutTheLockBothAreUnderWay() {
		Checkout checkout = new Checkout(mock(LockService.class), Mono::never);
		checkout.payUnlocked().subscribe();
		checkout.payUnlocked().subscribe();
		assertThat(checkout.underWay()).isEqualTo(2);
		assertThat(checkout.most()).isEqualTo(2);
	}

	@Test
	void aStubSaysWhatIsHardToBringAbout() {
		// tag::stub[]
		LockService locks = mock(LockService.class);
		given(locks.executeMono(any(LockRequest.class), any()))
			.willReturn(Mono.error(new LockUnavailableException("Redis is away", List.of("order-7"))));

		assertThat(new Checkout(locks, Mono::never).payOrTell(7).block()).isEqualTo("try again later");
		// end::stub[]
	}

	@Test
	void aTestThatExpectsATimeoutNeedNotWaitForOne() {
		// tag::runner[]
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withUserConfiguration(Orders.class)
			// 5s elsewhere; a test does not wait.
			.withPropertyValues("orders.wait-time=0")
			.run((context) -> {
				// The other caller.
				Disposable other = context.getBean(LockService.class).executeMono("order-7", Mono::never).subscribe();

				CompletableFuture<String> result = context.getBean(Orders.class).process(7).toFuture();
				assertThat(result).failsWithin(SAFETY)
					.withThrowableThat()
					.withCauseInstanceOf(LockTimeoutException.class);
				other.dispose();
			});
		// end::runner[]
	}

	@Test
	void switchedOffTheMethodRunsUnlocked() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(AsyncLockAutoConfiguration.class, AsyncLockOffAutoConfiguration.class))
			.withUserConfiguration(Orders.class)
			.withPropertyValues("async-lock.enabled=false")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(LockService.class);
				assertThat(Application.get(context.getBean(Orders.class).process(7))).isEqualTo("processed");
			});
	}

	static class Orders {

		@Locked(key = "'order-' + #id", waitTime = "${orders.wait-time:5s}")
		public Mono<String> process(long id) {
			return Mono.just("processed");
		}

	}

	static class Checkout {

		private final LockService locks;

		private final Supplier<Mono<String>> payment;

		private int underWay;

		private int most;

		Checkout(LockService locks, Supplier<Mono<String>> payment) {
			this.locks = locks;
			this.payment = payment;
		}

		Mono<String> pay(long order) {
			return this.locks.executeMono(LockRequest.of("order-" + order), (lease) -> payUnlocked());
		}

		Mono<String> payOrTell(long order) {
			return pay(order).onErrorReturn(LockUnavailableException.class, "try again later");
		}

		Mono<String> payUnlocked() {
			return Mono.defer(() -> {
				this.most = Math.max(this.most, ++this.underWay);
				return this.payment.get().doOnTerminate(() -> this.underWay--);
			});
		}

		int underWay() {
			return this.underWay;
		}

		int most() {
			return this.most;
		}

	}

}
