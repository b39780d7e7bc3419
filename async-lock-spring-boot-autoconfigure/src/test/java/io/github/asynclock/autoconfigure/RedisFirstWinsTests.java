package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the window outlives the winner's crash is in {@code CrashTests}.
 */
class RedisFirstWinsTests extends FirstWinsContract {

	private final String prefix = TestRedis.randomPrefix();

	@Override
	String[] properties() {
		return new String[] { "async-lock.redis.url=" + TestRedis.shared().url(),
				"async-lock.redis.key-prefix=" + this.prefix,
				// On a busy machine the first connection takes a while.
				"async-lock.redis.command-timeout=20s" };
	}

	@Test
	void thereIsOneWinnerOfAllInstancesAndItsWindowSurvivesItsShutdown() {
		ApplicationContextRunner instance = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withPropertyValues(properties())
			.withBean(Payments.class);
		instance.run((loser) -> {
			instance.run((winner) -> assertThat(
					get(winner.getBean(Payments.class).pay("order", () -> CompletableFuture.completedFuture("won"))))
				.isEqualTo("won"));
			assertThat(get(loser.getBean(Payments.class).pay("order", Payments::mustNotRun))).isNull();
		});
	}

}
