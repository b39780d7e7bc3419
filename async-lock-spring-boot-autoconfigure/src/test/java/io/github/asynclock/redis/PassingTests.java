package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.core.Attempt;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.core.StoreGrant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A key that is passed from one to the next. Polls are a minute apart here: whoever had
 * to wait for one would be noticed.
 */
@Timeout(60)
class PassingTests {

	private static final RedisSettings RARE_POLLS = RedisSettings.defaults()
		.withKeyPrefix(TestRedis.randomPrefix())
		.withPollInterval(Duration.ofMinutes(1));

	private final String key = "key-" + UUID.randomUUID();

	private static QueueingLockService service(int localHandoffs) {
		return QueueingLockService
			.builder(TestRedis.store((settings) -> RARE_POLLS.withLocalHandoffs(localHandoffs, Duration.ofSeconds(1))))
			.build();
	}

	private void call(LockService service, int times, AtomicInteger running) {
		for (int i = 0; i < times; i++) {
			service.executeBlocking(LockRequest.of(this.key).waitingAtMost(Duration.ofSeconds(20)), (lease) -> {
				assertThat(running.incrementAndGet()).isEqualTo(1);
				return running.decrementAndGet();
			});
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 64 })
	void V2_callersOfOneJvmThatComeAndGoNeedNoPoll(int localHandoffs) throws Exception {
		AtomicInteger running = new AtomicInteger();
		try (QueueingLockService service = service(localHandoffs)) {
			CompletableFuture<Void> others = CompletableFuture.runAsync(() -> call(service, 2_000, running));
			call(service, 2_000, running);
			others.get(30, TimeUnit.SECONDS);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 64 })
	void V2_severalJvmsThatComeAndGoNeedNoPoll(int localHandoffs) throws Exception {
		AtomicInteger running = new AtomicInteger();
		List<QueueingLockService> services = new ArrayList<>();
		List<CompletableFuture<Void>> callers = new ArrayList<>();
		try {
			for (int i = 0; i < 3; i++) {
				QueueingLockService service = service(localHandoffs);
				services.add(service);
				for (int caller = 0; caller < 2; caller++) {
					callers.add(CompletableFuture.runAsync(() -> call(service, 500, running),
							(task) -> new Thread(task).start()));
				}
			}
			for (CompletableFuture<Void> caller : callers) {
				caller.get(40, TimeUnit.SECONDS);
			}
		}
		finally {
			services.forEach(QueueingLockService::close);
		}
	}

	@Test
	void S6_anAttemptThatWasWithdrawnBeforeTheKeyIsPassedToItGetsNothing() throws Exception {
		try (LockStore store = TestRedis.store((settings) -> RARE_POLLS)) {
			StoreGrant grant = acquire(store, store.attempt(List.of(this.key), Duration.ofSeconds(30), true));
			Attempt next = store.attempt(List.of(this.key), Duration.ofSeconds(30), true);
			store.withdraw(next);
			LockStore.Passed passed = store.pass(grant, next);
			assertThat(passed.released().toCompletableFuture().get(10, TimeUnit.SECONDS)).isTrue();
			assertThat(store.isLocked(this.key).toCompletableFuture().get(10, TimeUnit.SECONDS)).isFalse();
		}
	}

	private static StoreGrant acquire(LockStore store, Attempt attempt) throws Exception {
		LockStore.Answer answer = store.acquire(attempt).toCompletableFuture().get(10, TimeUnit.SECONDS);
		return ((LockStore.Answer.Granted) answer).grants().iterator().next();
	}

}
