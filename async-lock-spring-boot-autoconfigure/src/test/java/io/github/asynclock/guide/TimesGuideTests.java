package io.github.asynclock.guide;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.FirstWins;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ClassPathResource;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;

/** The guide's "Wait, lease and hold times". */
@Timeout(60)
class TimesGuideTests {

	@Test
	void aRequestWaitsAsLongAsItsPropertySays() {
		application().run((context) -> {
			CompletableFuture<String> end = new CompletableFuture<>();
			context.getBean(LockService.class).execute("order-1", () -> end);
			assertThat(Application.failure(context.getBean(Work.class).process(1)))
				.isInstanceOf(LockTimeoutException.class)
				.hasMessageContaining("within the wait time of PT1S");
			end.complete("done");
		});
	}

	@Test
	void moreThanTheLimitAreRefused() {
		application().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> end = new CompletableFuture<>();
			List<CompletableFuture<String>> callers = new ArrayList<>();
			for (int i = 0; i < 101; i++) {
				callers.add(locks.execute("order-1", () -> end));
			}
			assertThat(Application.failure(locks.execute("order-1", () -> end)))
				.isInstanceOf(LockRejectedException.class);
			end.complete("done");
			assertThat(callers).allSatisfy((caller) -> assertThat(Application.get(caller)).isEqualTo("done"));
		});
	}

	@Test
	void aJobRunsOncePerTick() {
		application().run((context) -> {
			Work work = context.getBean(Work.class);
			assertThat(Application.get(work.report())).isEqualTo("report");
			assertThat(Application.get(work.report())).isNull();
		});
	}

	@Test
	void aConsumerWaitsForTheMessageBefore() {
		application().run((context) -> {
			CompletableFuture<String> end = new CompletableFuture<>();
			context.getBean(LockService.class).execute("customer-7", () -> end);
			CompletableFuture<String> consumed = context.getBean(Work.class).consume(new Message(7)).toFuture();
			assertThat(consumed).isNotDone();
			end.complete("done");
			assertThat(Application.get(consumed)).isEqualTo("consumed");
		});
	}

	@Test
	void aDoubleSubmitGetsNothing() {
		application().run((context) -> {
			Work work = context.getBean(Work.class);
			assertThat(Application.get(work.pay("a1"))).isEqualTo("receipt");
			assertThat(Application.get(work.pay("a1"))).isNull();
			assertThat(Application.get(work.pay("a2"))).isEqualTo("receipt");
		});
	}

	private static ApplicationContextRunner application() {
		return Application.of(Work.class).withInitializer((context) -> {
			try {
				new YamlPropertySourceLoader().load("times", new ClassPathResource("guide/times.yaml"))
					.forEach(context.getEnvironment().getPropertySources()::addLast);
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
		});
	}

	record Message(long customer) {

	}

	static class Work {

		// tag::cases[]
		// Somebody waits for the answer.
		@Locked(key = "'order-' + #id", waitTime = "${orders.wait-time}")
		public Mono<String> process(long id) {
			return Mono.just("processed");
		}

		@Scheduled(cron = "0 0 * * * *")
		@Locked(key = "'hourly-report'", waitTime = "0", onTimeout = OnTimeout.SKIP, holdAtLeast = "5m")
		public Mono<String> report() {
			return Mono.just("report");
		}

		@Locked(key = "'customer-' + #message.customer()", waitTime = "5m", holdAtMost = "1m")
		public Mono<String> consume(Message message) {
			return Mono.just("consumed");
		}

		@FirstWins(key = "'payment-' + #submission", window = "1m")
		public Mono<String> pay(String submission) {
			return Mono.just("receipt");
		}
		// end::cases[]

	}

}
