package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import io.github.asynclock.core.LockStore;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Two applications that are configured alike, by properties and nothing else.
 */
final class WiredInstances {

	private final ApplicationContextRunner runner;

	WiredInstances(String... properties) {
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, SslAutoConfiguration.class))
			// On a busy machine the first connection takes a while.
			.withPropertyValues("async-lock.redis.command-timeout=20s")
			.withPropertyValues(properties);
	}

	WiredInstances with(String... properties) {
		return new WiredInstances(this.runner.withPropertyValues(properties));
	}

	WiredInstances with(AutoConfigurations configurations) {
		return new WiredInstances(this.runner.withConfiguration(configurations));
	}

	WiredInstances with(AsyncLockRedisConnectionDetails details) {
		return new WiredInstances(this.runner.withBean(AsyncLockRedisConnectionDetails.class, () -> details));
	}

	private WiredInstances(ApplicationContextRunner runner) {
		this.runner = runner;
	}

	/**
	 * Checks that they exclude each other on a key, that waiting works, and tokens grow.
	 */
	void excludeEachOther() {
		run((one, other) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			CompletableFuture<Long> holds = new CompletableFuture<>();
			CompletableFuture<String> holder = one.execute(LockRequest.of("key"), (lease) -> {
				holds.complete(lease.fencingToken());
				return work;
			});
			await(holds);
			assertThatThrownBy(() -> await(other.execute(LockRequest.of("key").waitingAtMost(Duration.ZERO),
					(lease) -> CompletableFuture.completedFuture("no"))))
				.hasCauseInstanceOf(LockTimeoutException.class);
			CompletableFuture<Long> next = other.execute(LockRequest.of("key", "another"),
					(lease) -> CompletableFuture.completedFuture(token(lease)));
			work.complete("done");
			assertThat(await(holder)).isEqualTo("done");
			assertThat(await(next)).isGreaterThan(await(holds));
		});
	}

	private static long token(Lease lease) {
		return lease.fencingToken("key");
	}

	void run(TwoServices test) {
		this.runner.run((one) -> this.runner.run((other) -> {
			assertThat(one.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
			assertThat(other.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
			test.run(one.getBean(LockService.class), other.getBean(LockService.class));
		}));
	}

	/** Runs one of them. */
	void runOne(Consumer<AssertableApplicationContext> test) {
		this.runner.run(test::accept);
	}

	static <T> T await(CompletableFuture<T> future) throws Exception {
		return future.get(30, TimeUnit.SECONDS);
	}

	/** What two applications do. */
	@FunctionalInterface
	interface TwoServices {

		void run(LockService one, LockService other) throws Exception;

	}

}
