package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.core.ContextCarrier;
import io.github.asynclock.core.EngineObserver;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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

	/** Those of two databases do not exclude each other. */
	@ParameterizedTest
	@CsvSource(delimiter = '>', textBlock = """
			redis://localhost:1/5 > in Redis at localhost:1, database 5, with
			rediss://[::1]:1/0    > in Redis at [::1]:1, with
			redis-sentinel://localhost:1,localhost:2/3?sentinelMasterId=m > localhost:2 watch as m, database 3, with
			""")
	void theLineForRedisHasTheDatabase(String url, String line, CapturedOutput output) {
		this.runner.withPropertyValues("async-lock.redis.url=" + url, "async-lock.redis.command-timeout=100ms")
			.run((context) -> assertThat(output).containsOnlyOnce("Locks are kept").contains(line));
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
				// Told on another thread than the loss.
				await().untilAsserted(() -> assertThat(output).contains("async-lock.held-warning"));
				assertThat(output).containsOnlyOnce("async-lock.held-warning")
					.containsPattern("Key \"key-1\" is held for \\d+ ms by \"orders\"")
					.doesNotContain("quick");
			});
	}

	@Test
	void eachListenerThatThrowsIsWarnedOfOnce(CapturedOutput output) {
		this.runner.withBean("first", LockListener.class, Throwing::new)
			.withBean("second", LockListener.class, Throwing::new)
			.run((context) -> {
				LockService service = context.getBean(LockService.class);
				for (int i = 0; i < 3; i++) {
					service.execute("key", () -> CompletableFuture.completedFuture("ran")).join();
				}
				assertThat(output.toString().split("A LockListener failed", -1)).as(output.toString()).hasSize(3);
				assertThat(output).contains("told Throwing of granted");
			});
	}

	@Test
	void anObservationThatThrowsIsWarnedOfOnce(CapturedOutput output) {
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new ThrowingHandler());
		this.runner.withBean(ObservationRegistry.class, () -> observations).run((context) -> {
			LockService service = context.getBean(LockService.class);
			for (int i = 0; i < 3; i++) {
				service.execute("key", () -> CompletableFuture.completedFuture("ran")).join();
			}
			assertThat(output.toString().split("could not be observed", -1)).as(output.toString()).hasSize(2);
			assertThat(output).contains("no start");
		});
	}

	@Test
	void anObserverThatThrowsIsWarnedOfOnce(CapturedOutput output) {
		EngineObserver throwing = new EngineObserver() {
			@Override
			public CallObserver asked(String name, List<String> keys, ContextView context) {
				throw new IllegalStateException("not asked");
			}
		};
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore())
			.observer(throwing)
			.build()) {
			for (int i = 0; i < 3; i++) {
				service.execute("key", () -> CompletableFuture.completedFuture("ran")).join();
			}
		}
		assertThat(output.toString().split("An observer of the locks failed", -1)).as(output.toString()).hasSize(2);
		assertThat(output).contains("not asked");
	}

	@Test
	void aContextThatCannotBeCarriedIsWarnedOfOnce(CapturedOutput output) {
		ContextCarrier throwing = new ContextCarrier() {
			@Override
			public Object capture() {
				throw new IllegalStateException("not captured");
			}

			@Override
			public Scope restore(Object captured) {
				throw new IllegalStateException("not restored");
			}
		};
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore())
			.contextCarrier(throwing)
			.build()) {
			for (int i = 0; i < 3; i++) {
				CompletableFuture<String> end = new CompletableFuture<>();
				service.execute("key", () -> end);
				CompletableFuture<String> waits = service.execute("key",
						() -> CompletableFuture.completedFuture("ran"));
				end.complete("ended");
				waits.join();
			}
		}
		assertThat(output.toString().split("context could not be", -1)).as(output.toString()).hasSize(2);
	}

	@Test
	void aThresholdThatMakesNoSenseIsRefused() {
		this.runner.withPropertyValues("async-lock.held-warning=0s")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("async-lock.held-warning"));
	}

	private static final class Throwing implements LockListener {

		@Override
		public void granted(LockEvent event) {
			throw new IllegalStateException("told Throwing of granted");
		}

		@Override
		public void released(LockEvent event) {
			throw new IllegalStateException("told Throwing of released");
		}

	}

	private static final class ThrowingHandler implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			throw new IllegalStateException("no start");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
