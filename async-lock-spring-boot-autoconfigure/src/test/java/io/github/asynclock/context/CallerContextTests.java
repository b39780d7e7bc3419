package io.github.asynclock.context;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LockService;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.slf4j.MDC;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an action sees of its caller, in an application.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CallerContextTests {

	private static final ThreadLocal<String> USER = new ThreadLocal<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(AsyncLockAutoConfiguration.class, TaskExecutionAutoConfiguration.class));

	private final CompletableFuture<String> first = new CompletableFuture<>();

	@AfterEach
	void clear() {
		MDC.clear();
		USER.remove();
	}

	@Test
	void aWaitingActionStartsOnTheApplicationsTaskExecutorWithTheCallersMdc() {
		this.runner.run((context) -> {
			MDC.put("request", "42");
			CompletableFuture<List<String>> seen = afterWaiting(context.getBean(LockService.class),
					() -> List.of(Thread.currentThread().getName(), MDC.get("request")));
			assertThat(seen.join().get(0)).startsWith("task-");
			assertThat(seen.join().get(1)).isEqualTo("42");
		});
	}

	@Test
	void aWaitingActionHasWhatAnyAccessorCarries() {
		withUserAccessor((context) -> {
			USER.set("me");
			CompletableFuture<List<String>> seen = afterWaiting(context.getBean(LockService.class),
					() -> List.of(USER.get()));
			assertThat(seen.join()).containsExactly("me");
		});
	}

	@Test
	void aWaitingActionHasNothingOfWhoReleasedTheKey() {
		withUserAccessor((context) -> {
			CompletableFuture<List<String>> seen = afterWaiting(context.getBean(LockService.class),
					() -> List.of("" + USER.get()), () -> USER.set("who releases"));
			assertThat(seen.join()).containsExactly("null");
		});
	}

	@Test
	void aWaitingMonoHasTheSubscribersMdc() {
		this.runner.run((context) -> {
			LockService locks = context.getBean(LockService.class);
			locks.execute("key", () -> this.first);
			MDC.put("request", "42");
			CompletableFuture<String> seen = locks.executeMono("key", () -> Mono.just("" + MDC.get("request")))
				.toFuture();
			MDC.clear();
			this.first.complete("done");
			assertThat(seen.join()).isEqualTo("42");
		});
	}

	@Test
	void withAutomaticPropagationAFutureDeepInsideAMonoReenters() {
		withAutomaticPropagation((context) -> {
			LockService locks = context.getBean(LockService.class);
			Mono<Boolean> reentered = Mono.just("hop")
				.publishOn(Schedulers.parallel())
				.flatMap((value) -> Mono.fromFuture(() -> locks.execute("key",
						() -> CompletableFuture.completedFuture(Lease.current().isPresent()))));
			assertThat(locks.executeMono("key", () -> reentered).block()).isTrue();
			assertThat(locks.isLocked("key").block()).isFalse();
		});
	}

	@Test
	void withAutomaticPropagationTheLeaseEndsWithItsPipeline() {
		withAutomaticPropagation((context) -> {
			LockService locks = context.getBean(LockService.class);
			List<Boolean> held = new ArrayList<>();
			locks.executeMono("key", () -> Mono.just("x").publishOn(Schedulers.parallel()))
				.doOnNext((value) -> held.add(Lease.current().isPresent()))
				.block();
			assertThat(held).containsExactly(false);
			assertThat(Lease.current()).isEmpty();
		});
	}

	/** With an executor whose threads have the context of who submits. */
	private void withUserAccessor(ContextConsumer<AssertableApplicationContext> test) {
		ContextRegistry.getInstance().registerThreadLocalAccessor("user", USER);
		try {
			this.runner.withPropertyValues("spring.task.execution.propagate-context=true").run(test);
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor("user");
		}
	}

	private void withAutomaticPropagation(ContextConsumer<AssertableApplicationContext> test) {
		Hooks.enableAutomaticContextPropagation();
		try {
			this.runner.run(test);
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

	private CompletableFuture<List<String>> afterWaiting(LockService locks, Supplier<List<String>> action,
			Runnable... beforeRelease) {
		locks.execute("key", () -> this.first);
		CompletableFuture<List<String>> waiting = locks.execute("key",
				() -> CompletableFuture.completedFuture(action.get()));
		clear();
		List.of(beforeRelease).forEach(Runnable::run);
		this.first.complete("done");
		return waiting;
	}

}
