package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * No thread is blocked, whatever a caller does: all of it runs on a thread that must not
 * block, while BlockHound fails each call that would. It changes the JDK's classes for
 * good, so this has a JVM of its own.
 */
@Tag("blockhound")
class NonBlockingTests {

	private static final LockRequest ONE = LockRequest.of("a").waitingAtMost(Duration.ofSeconds(20));

	private static final LockRequest SEVERAL = LockRequest.of("a", "b").waitingAtMost(Duration.ofSeconds(20));

	private QueueingLockService service = QueueingLockService.builder(new LocalLockStore())
		.executor((task) -> Schedulers.parallel().schedule(task))
		.build();

	private static final Queue<String> BLOCKING = new ConcurrentLinkedQueue<>();

	@BeforeAll
	static void install() {
		// Reactor reads files when its classes are loaded.
		Mono.just("warm").flux().collectList().toFuture().join();
		Mono.delay(Duration.ofNanos(1)).toFuture().join();
		BlockHound.install((builder) -> builder.blockingMethodCallback((method) -> {
			// Whoever catches the error does not hide it from us.
			BLOCKING.add(method + " on " + Thread.currentThread().getName());
			throw new BlockingOperationError(method);
		}));
	}

	@AfterEach
	void requireNothingBlocked() {
		assertThat(BLOCKING).isEmpty();
	}

	@Test
	void aBlockingCallIsDetected() {
		assertThatThrownBy(() -> onParallel(() -> {
			Thread.sleep(1);
			return "slept";
		})).hasRootCauseInstanceOf(BlockingOperationError.class);
		assertThatThrownBy(() -> onParallel(() -> new CompletableFuture<>().get(1, TimeUnit.MILLISECONDS)))
			.hasRootCauseInstanceOf(BlockingOperationError.class);
		assertThat(BLOCKING).hasSizeGreaterThanOrEqualTo(2);
		BLOCKING.clear();
	}

	@Test
	void takingAndGivingBackDoNotBlock() throws Exception {
		onParallel(() -> {
			assertThat(this.service.execute(ONE, (lease) -> done())).isCompletedWithValue("done");
			assertThat(this.service.executeMono(ONE, (lease) -> Mono.just("done")).toFuture())
				.isCompletedWithValue("done");
			assertThat(this.service.executeFlux(ONE, (lease) -> Flux.just("one", "two")).collectList().toFuture())
				.isCompletedWithValue(List.of("one", "two"));
			assertThat(this.service.execute(SEVERAL, (lease) -> done())).isCompletedWithValue("done");
			return null;
		});
	}

	@Test
	void waitingAndHandingOverDoNotBlock() throws Exception {
		List<CompletableFuture<?>> results = new ArrayList<>();
		onParallel(() -> {
			CompletableFuture<String> held = hold();
			for (int i = 0; i < 1_000; i++) {
				results.add(this.service.execute(ONE, (lease) -> done()));
				results.add(this.service.executeMono(ONE, (lease) -> Mono.delay(Duration.ofNanos(1))).toFuture());
				results.add(this.service.executeFlux(ONE, (lease) -> Flux.just("one", "two")).then().toFuture());
				results.add(this.service.execute(SEVERAL, (lease) -> done()));
			}
			held.complete("over");
			return null;
		});

		for (CompletableFuture<?> result : results) {
			result.get(30, TimeUnit.SECONDS);
		}
	}

	@Test
	void timingOutDoesNotBlock() throws Exception {
		List<CompletableFuture<?>> results = new ArrayList<>();
		CompletableFuture<String> held = onParallel(() -> {
			CompletableFuture<String> taken = hold();
			Duration wait = Duration.ofMillis(20);
			results.add(this.service.execute(ONE.waitingAtMost(wait), (lease) -> done()));
			results.add(this.service.executeMono(ONE.waitingAtMost(wait), (lease) -> Mono.just("done")).toFuture());
			results.add(this.service.execute(SEVERAL.waitingAtMost(wait), (lease) -> done()));
			results.add(this.service.execute(ONE.waitingAtMost(Duration.ZERO), (lease) -> done()));
			return taken;
		});

		for (CompletableFuture<?> result : results) {
			assertThatThrownBy(() -> result.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(LockTimeoutException.class);
		}
		held.complete("over");
	}

	@Test
	void cancellingDoesNotBlock() throws Exception {
		onParallel(() -> {
			CompletableFuture<String> held = hold();
			CompletableFuture<String> future = this.service.execute(ONE, (lease) -> done());
			CompletableFuture<String> several = this.service.execute(SEVERAL, (lease) -> done());
			Disposable mono = this.service.executeMono(ONE, (lease) -> Mono.just("done")).subscribe();
			Disposable flux = this.service.executeFlux(SEVERAL, (lease) -> Flux.just("done")).subscribe();
			future.cancel(false);
			several.cancel(false);
			mono.dispose();
			flux.dispose();
			held.complete("over");
			assertThat(TestEngines.isIdle(this.service.engine())).isTrue();
			Disposable running = this.service.executeMono(ONE, (lease) -> Mono.never()).subscribe();
			running.dispose();
			assertThat(TestEngines.isIdle(this.service.engine())).isTrue();
			return null;
		});
	}

	@Test
	void closingDoesNotBlock() throws Exception {
		CompletableFuture<String> waiting = onParallel(() -> {
			hold();
			CompletableFuture<String> result = this.service.execute(ONE, (lease) -> done());
			this.service.shutdown();
			this.service.close();
			return result;
		});

		assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(LockClosedException.class);
	}

	private CompletableFuture<String> hold() {
		CompletableFuture<String> held = new CompletableFuture<>();
		this.service.execute("a", () -> held);
		return held;
	}

	private static CompletableFuture<String> done() {
		return CompletableFuture.completedFuture("done");
	}

	private static <T> T onParallel(Callable<T> task) throws Exception {
		CompletableFuture<T> result = new CompletableFuture<>();
		Schedulers.parallel().schedule(() -> {
			try {
				result.complete(task.call());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		try {
			return result.get(60, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

}
