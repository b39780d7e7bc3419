package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Redis is down when the application starts.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StartWithoutRedisTests {

	private final int port = RedisProcess.freePort();

	private final WiredInstances instances = new WiredInstances("async-lock.redis.url=redis://127.0.0.1:" + this.port,
			"async-lock.redis.command-timeout=300ms");

	@Test
	void theApplicationStartsAndLocksAreToBeHadWhenRedisIsThere() {
		this.instances.runOne((context) -> {
			assertThatThrownBy(() -> lock(context, Duration.ofMillis(100)).join())
				.hasCauseInstanceOf(LockUnavailableException.class);
			CompletableFuture<String> waiting = lock(context, Duration.ofSeconds(60));
			try (RedisProcess server = RedisProcess.startOn(this.port)) {
				assertThat(waiting.join()).isEqualTo("done");
				assertThat(server.isRunning()).isTrue();
			}
		});
	}

	@Test
	void itStopsTooWhileRedisIsStillDown() {
		this.instances.runOne((context) -> {
			context.close();
			assertThat(context.getSourceApplicationContext().isActive()).isFalse();
		});
	}

	private static CompletableFuture<String> lock(AssertableApplicationContext context, Duration wait) {
		return context.getBean(LockService.class)
			.execute(LockRequest.of("key").waitingAtMost(wait), (lease) -> CompletableFuture.completedFuture("done"));
	}

}
