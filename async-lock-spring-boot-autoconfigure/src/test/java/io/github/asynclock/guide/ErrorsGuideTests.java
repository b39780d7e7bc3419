package io.github.asynclock.guide;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockException;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;
import io.github.asynclock.Locked;
import io.github.asynclock.aop.LockedDefinitionException;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The guide's "Troubleshooting": each message that it quotes is one that is thrown.
 */
@Timeout(60)
class ErrorsGuideTests {

	private final CompletableFuture<String> end = new CompletableFuture<>();

	@Test
	void lockTimeoutException() {
		try (QueueingLockService locks = holding("order-7")) {
			LockRequest request = LockRequest.of("order-7").waitingAtMost(Duration.ofMillis(10));
			quoted(LockTimeoutException.class, Application.failure(locks.execute(request, (lease) -> this.end)));
		}
	}

	@Test
	void lockRejectedException() {
		try (QueueingLockService locks = QueueingLockService.builder(new LocalLockStore())
			.maxWaitersPerKey(1)
			.build()) {
			locks.execute("order-7", () -> this.end);
			locks.execute("order-7", () -> this.end);
			quoted(LockRejectedException.class, Application.failure(locks.execute("order-7", () -> this.end)));
		}
	}

	@Test
	void lockDeadlockException() {
		try (QueueingLockService locks = holding("other")) {
			LockRequest a = LockRequest.of("a");
			LockRequest b = LockRequest.of("b");
			Sinks.Empty<Void> bothHold = Sinks.empty();
			locks.executeMono(a, (lease) -> bothHold.asMono().then(locks.executeMono(b, (inner) -> Mono.just("ran"))))
				.subscribe();
			CompletableFuture<String> second = locks
				.executeMono(b, (lease) -> bothHold.asMono().then(locks.executeMono(a, (inner) -> Mono.just("ran"))))
				.toFuture();
			// Told one after the other: the second closes the circle.
			bothHold.tryEmitEmpty();
			Throwable victim = Application.failure(second);
			quoted(LockDeadlockException.class, victim);
		}
	}

	@Test
	void lockKeyException() {
		Application.of(Orders.class)
			.run((context) -> quoted(LockKeyException.class,
					Application.failure(context.getBean(Orders.class).process(null))));
	}

	@Test
	void lockClosedException() {
		QueueingLockService locks = holding("other");
		locks.shutdown();
		quoted(LockClosedException.class, Application.failure(locks.execute("order-7", () -> this.end)));
		locks.close();
	}

	@Test
	void lockUnavailableException() {
		Application.of()
			.withPropertyValues("async-lock.redis.url=redis://localhost:1", "async-lock.wait-time=0")
			.run((context) -> quoted(LockUnavailableException.class,
					Application.failure(context.getBean(LockService.class).execute("order-7", () -> this.end))));
	}

	@Test
	void lockLostException() {
		try (QueueingLockService locks = holding("other")) {
			LockRequest request = LockRequest.of("order-7").heldAtMost(Duration.ofMillis(50));
			quoted(LockLostException.class, Application.failure(locks.execute(request, (lease) -> this.end)));
		}
	}

	@Test
	void lockException() {
		try (QueueingLockService locks = holding("order-7")) {
			Thread.currentThread().interrupt();
			Throwable failure = catchThrowable(
					() -> locks.executeBlocking(LockRequest.of("order-7"), (lease) -> "ran"));
			assertThat(Thread.interrupted()).isTrue();
			quoted(LockException.class, failure);
		}
	}

	@Test
	void illegalStateException() {
		try (QueueingLockService locks = holding("other")) {
			Mono<String> blocking = Mono
				.fromCallable(() -> locks.executeBlocking(LockRequest.of("order-7"), (lease) -> "ran"));
			quoted(IllegalStateException.class, Application.failure(blocking.subscribeOn(Schedulers.parallel())));
			Mono<String> offloaded = blocking.subscribeOn(Schedulers.boundedElastic());
			assertThat(Application.get(offloaded)).isEqualTo("ran");
		}
	}

	@Test
	void lockedDefinitionException() {
		Application.of(Broken.class)
			.run((context) -> quoted(LockedDefinitionException.class,
					NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure())));
	}

	@Test
	void whatToAnswer() {
		Mono<String> busy = Mono.error(new LockTimeoutException("busy", List.of("order-7")));
		Mono<String> half = Mono.error(new LockLostException("lost", List.of("order-7")));
		assertThat(Application.get(answer(busy))).isEqualTo("503 try again");
		assertThat(Application.get(answer(half))).isEqualTo("500 look what was done");
	}

	private static Mono<String> answer(Mono<String> action) {
		// tag::answer[]
		return action.onErrorResume(LockLostException.class, (ex) -> Mono.just("500 look what was done"))
			// Nothing was done.
			.onErrorResume(LockException.class, (ex) -> Mono.just("503 try again"));
		// end::answer[]
	}

	private QueueingLockService holding(String key) {
		QueueingLockService locks = QueueingLockService.builder(new LocalLockStore()).build();
		locks.execute(key, () -> this.end);
		return locks;
	}

	/** The section quotes the beginning of the message, a "…" for what differs. */
	private static void quoted(Class<?> type, Throwable thrown) {
		assertThat(thrown).isExactlyInstanceOf(type);
		List<String> lines = Guide.lines();
		Stream<String> section = lines.subList(lines.indexOf("### " + type.getSimpleName()) + 1, lines.size()).stream();
		String quote = String.join(" ",
				section.dropWhile((line) -> !line.startsWith("> "))
					.takeWhile((line) -> line.startsWith("> "))
					.map((line) -> line.substring(2).strip())
					.toList());
		assertThat(quote).isNotEmpty();
		assertThat(thrown.getMessage()).contains(quote.split(" ?… ?"));
	}

	static class Orders {

		@Locked("'order-' + #id")
		public Mono<String> process(Long id) {
			return Mono.just("processed");
		}

	}

	static class Broken {

		@Locked("'order-' + #orderId")
		public Mono<String> process(Long id) {
			return Mono.just("processed");
		}

	}

}
