package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the log says of locks.
 */
@ExtendWith(OutputCaptureExtension.class)
class LogTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class));

	@Test
	void oneLineSaysWhereLocksAreKept(CapturedOutput output) {
		this.runner.run((context) -> assertThat(output).containsOnlyOnce("Locks are kept")
			.contains("Locks are kept in this JVM alone; lease time 30000 ms, wait time 30000 ms"));
	}

	@Test
	void theLineForRedisHasHostPortAndPrefixAndNoPassword(CapturedOutput output) {
		this.runner.withPropertyValues("async-lock.redis.url=redis://somebody:s3cret@localhost:1",
				"async-lock.redis.key-prefix=shop", "async-lock.wait-time=2s", "async-lock.redis.command-timeout=100ms")
			.run((context) -> assertThat(output).containsOnlyOnce("Locks are kept")
				.contains("Locks are kept in Redis at localhost:1, with the key prefix shop; "
						+ "lease time 30000 ms, wait time 2000 ms")
				.doesNotContain("s3cret", "somebody"));
	}

	@Test
	void noCallLogsAboveDebug(CapturedOutput output) {
		this.runner.run((context) -> {
			int before = output.length();
			LockService service = context.getBean(LockService.class);
			CompletableFuture<String> end = new CompletableFuture<>();
			CompletableFuture<String> held = service.execute("key", () -> end);
			CompletableFuture<String> waits = service.execute("key", () -> CompletableFuture.completedFuture("ran"));
			service.execute(LockRequest.of("key").waitingAtMost(Duration.ZERO),
					(lease) -> CompletableFuture.completedFuture("never"));
			service.execute("key", () -> CompletableFuture.completedFuture("never")).cancel(true);
			end.complete("ended");
			CompletableFuture.allOf(held, waits).get(10, TimeUnit.SECONDS);
			service.executeMono("other", () -> Mono.just("ran")).block();
			assertThat(output.toString().substring(before)).isEmpty();
		});
	}

	@Test
	void aLockThatIsHeldForLongIsWarnedOfOnce(CapturedOutput output) {
		CountDownLatch lost = new CountDownLatch(1);
		LockListener listener = new LockListener() {
			@Override
			public void lost(LockEvent event) {
				lost.countDown();
			}
		};
		this.runner.withPropertyValues("async-lock.held-warning=20ms")
			.withBean(LockListener.class, () -> listener)
			.run((context) -> {
				LockService service = context.getBean(LockService.class);
				service
					.execute(LockRequest.of("quick").named("fast"), (lease) -> CompletableFuture.completedFuture("ran"))
					.join();
				service.execute(LockRequest.of("key-1").named("orders").heldAtMost(Duration.ofMillis(300)),
						(lease) -> new CompletableFuture<String>());
				assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
				assertThat(output).containsOnlyOnce("async-lock.held-warning")
					.containsPattern("Key \"key-1\" is held for \\d+ ms by \"orders\"")
					.doesNotContain("quick");
			});
	}

	@Test
	void aThresholdThatMakesNoSenseIsRefused() {
		this.runner.withPropertyValues("async-lock.held-warning=0s")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("async-lock.held-warning"));
	}

}
