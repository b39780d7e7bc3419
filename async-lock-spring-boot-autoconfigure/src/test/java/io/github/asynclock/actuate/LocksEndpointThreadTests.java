package io.github.asynclock.actuate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.asynclock.actuate.LocksEndpoint.Locks;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.LockStore.Elsewhere;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * When and on which threads the endpoint looks, and what it makes of what it is told.
 */
class LocksEndpointThreadTests {

	private static final Duration SAFETY = Duration.ofSeconds(20);

	private static CompletableFuture<String> hold(QueueingLockService service) {
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> end = new CompletableFuture<>();
		service.execute("key", () -> {
			started.complete(null);
			return end;
		});
		started.join();
		return end;
	}

	static Stream<Function<LocksEndpoint, Mono<?>>> operations() {
		return Stream.of((endpoint) -> endpoint.locks(null), (endpoint) -> endpoint.locks("key"),
				(endpoint) -> endpoint.release("key"));
	}

	/** WebFlux calls what returns a Mono on its event loop. */
	@ParameterizedTest
	@MethodSource("operations")
	void looksWhereAThreadMayBeBusy(Function<LocksEndpoint, Mono<?>> operation) {
		for (LockStore store : List.of(new LocalLockStore(), TestRedis.store())) {
			try (QueueingLockService service = QueueingLockService.builder(store).build()) {
				hold(service);
				LocksEndpoint endpoint = new LocksEndpoint(service);
				String thread = Mono.defer(() -> operation.apply(endpoint))
					.map((answer) -> Thread.currentThread().getName())
					.subscribeOn(Schedulers.parallel())
					.block(SAFETY);
				assertThat(thread).startsWith("boundedElastic");
			}
		}
	}

	@Test
	void looksWhenItIsSubscribedTo() {
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore()).build()) {
			Mono<Locks> locks = new LocksEndpoint(service).locks(null);
			hold(service);
			assertThat(locks.block(SAFETY).total()).isOne();
		}
	}

	@Test
	void aKeyWithAHolderIsUsedWhateverTimeIsLeft() {
		LockStore store = mock(LockStore.class);
		given(store.grantsAtOnce()).willReturn(true);
		Elsewhere elsewhere = new Elsewhere("self", "other", Duration.ZERO, List.of());
		given(store.inspect(any())).willReturn(CompletableFuture.completedFuture(elsewhere));
		try (QueueingLockService service = QueueingLockService.builder(store).build()) {
			Locks locks = new LocksEndpoint(service).locks("key").block(SAFETY);
			assertThat(locks.total()).isOne();
			assertThat(locks.locks().get(0).elsewhere()).isEqualTo(elsewhere);
		}
	}

}
