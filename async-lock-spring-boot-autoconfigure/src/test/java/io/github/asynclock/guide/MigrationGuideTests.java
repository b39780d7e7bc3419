package io.github.asynclock.guide;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The guide's "Migrating": what the code looks like afterwards. */
@Timeout(60)
class MigrationGuideTests {

	@Test
	void redisson_tryLockWithoutWaitingBecomesASkip() {
		Application.of().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			assertThat(tryLock(locks)).isEqualTo("ran");
			CompletableFuture<String> end = new CompletableFuture<>();
			locks.execute("order-7", () -> end);
			assertThat(tryLock(locks)).isNull();
			end.complete("done");
		});
	}

	@Test
	void redisson_theReactiveOneHasNoThreadId() {
		Application.of()
			.run((context) -> assertThat(Application.get(reactive(context.getBean(LockService.class)))).isPositive());
	}

	@Test
	void lock4j_theKeyHasTheNameInIt() {
		Application.of(Users.class)
			.run((context) -> assertThat(context.getBean(Users.class).rename(new User(7, "Ada")))
				.isEqualTo("[rename-7-Ada]"));
	}

	@Test
	void shedLock_theSecondRunIsSkipped() {
		Application.of(Reports.class).run((context) -> {
			Reports reports = context.getBean(Reports.class);
			reports.report();
			reports.report();
			assertThat(reports.runs()).isEqualTo(1);
		});
	}

	@Test
	void springIntegration_executeLockedBecomesExecuteBlocking() {
		Application.of().run((context) -> {
			LockService locks = context.getBean(LockService.class);
			assertThat(executeLocked(locks)).isEqualTo("ran");
			CompletableFuture<String> end = new CompletableFuture<>();
			locks.execute("order-7", () -> end);
			assertThatExceptionOfType(LockTimeoutException.class).isThrownBy(() -> executeLocked(locks));
			end.complete("done");
		});
	}

	private static String tryLock(LockService locks) {
		LockRequest request = LockRequest.of("order-7").waitingAtMost(Duration.ZERO).orSkip();
		// Null: somebody else has it.
		String result = locks.executeBlocking(request, (lease) -> "ran");
		return result;
	}

	private static Mono<Long> reactive(LockService locks) {
		return locks.executeMono(LockRequest.of("order-7"), (lease) -> Mono.just(lease.fencingToken()));
	}

	private static String executeLocked(LockService locks) {
		LockRequest request = LockRequest.of("order-7").waitingAtMost(Duration.ofMillis(100));
		return locks.executeBlocking(request, (lease) -> "ran");
	}

	record User(long id, String name) {

	}

	static class Users {

		@Locked(key = "'rename-' + #user.id() + '-' + #user.name()", waitTime = "3s")
		public String rename(User user) {
			return Lease.current().orElseThrow().keys().toString();
		}

	}

	static class Reports {

		private int runs;

		// tag::shedlock[]
		@Scheduled(cron = "0 */15 * * * *")
		@Locked(key = "'report'", waitTime = "0", onTimeout = OnTimeout.SKIP, holdAtLeast = "14m")
		public void report() {
			this.runs++;
		}
		// end::shedlock[]

		public int runs() {
			return this.runs;
		}

	}

}
