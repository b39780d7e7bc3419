package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the closing of one application means to another one.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
@ExtendWith(OutputCaptureExtension.class)
class WiredShutdownTests {

	/** Far longer than the test may take: what is free has been given back. */
	private final WiredInstances instances = new WiredInstances("async-lock.redis.url=" + TestRedis.shared().url(),
			"async-lock.redis.key-prefix=" + TestRedis.randomPrefix(), "async-lock.lease-time=10m",
			"async-lock.wait-time=10m", "spring.lifecycle.timeout-per-shutdown-phase=1ms")
		.with(AutoConfigurations.of(LifecycleAutoConfiguration.class));

	@Test
	void whatStillRunsIsToldAndItsKeyIsFree(CapturedOutput output) {
		this.instances.runOne((one) -> this.instances.runOne((other) -> {
			CompletableFuture<Boolean> started = new CompletableFuture<>();
			CompletableFuture<Object> running = locks(one).execute(LockRequest.of("key"), (lease) -> {
				started.complete(true);
				return new CompletableFuture<>();
			});
			started.join();
			CompletableFuture<String> waiting = locks(other).execute("key",
					() -> CompletableFuture.completedFuture("mine"));
			one.close();
			assertThatThrownBy(running::join).hasCauseInstanceOf(LockLostException.class);
			assertThat(waiting.join()).isEqualTo("mine");
			other.close();
			assertThat(output).doesNotContain("already closed");
		}));
	}

	@Test
	void aRestOfHoldAtLeastStays() {
		this.instances.runOne((one) -> this.instances.runOne((other) -> {
			locks(one)
				.execute(LockRequest.of("key").heldAtLeast(Duration.ofMinutes(10)),
						(lease) -> CompletableFuture.completedFuture("done"))
				.join();
			one.close();
			CompletableFuture<String> second = locks(other).execute(LockRequest.of("key").waitingAtMost(Duration.ZERO),
					(lease) -> CompletableFuture.completedFuture("twice"));
			assertThatThrownBy(second::join).hasCauseInstanceOf(LockTimeoutException.class);
		}));
	}

	private static LockService locks(AssertableApplicationContext context) {
		return context.getBean(LockService.class);
	}

}
