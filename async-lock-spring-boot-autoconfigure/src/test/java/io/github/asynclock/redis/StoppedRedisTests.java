package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockUnavailableException;
import io.github.asynclock.actuate.LockStoreHealthIndicator;
import io.github.asynclock.autoconfigure.AsyncLockActuatorAutoConfiguration;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What health and metrics say of a Redis that is there, and then is not.
 */
class StoppedRedisTests {

	private final RedisProcess redis = RedisProcess.start();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(AsyncLockAutoConfiguration.class, AsyncLockActuatorAutoConfiguration.class))
		.withPropertyValues("async-lock.redis.url=" + this.redis.url(), "async-lock.redis.command-timeout=500ms");

	@AfterEach
	void end() {
		this.redis.close();
	}

	@Test
	void healthIsUpWithTheVersionAndDownWhenItStopsOrHangs() {
		this.runner.withPropertyValues("management.health.asynclock.enabled=true").run((context) -> {
			LockStoreHealthIndicator indicator = context.getBean(LockStoreHealthIndicator.class);
			Health up = indicator.health(true).block();
			assertThat(up.getStatus()).isEqualTo(Status.UP);
			assertThat(up.getDetails()).containsKey("version").containsEntry("mode", "standalone");
			this.redis.pause();
			Health hangs = indicator.health(true).block(Duration.ofSeconds(5));
			assertThat(hangs.getStatus()).isEqualTo(Status.DOWN);
			this.redis.resume();
			this.redis.stop();
			Health down = indicator.health(true).block(Duration.ofSeconds(5));
			assertThat(down.getStatus()).isEqualTo(Status.DOWN);
			assertThat(down.getDetails()).containsKey("error");
		});
	}

	@Test
	void healthIsOffUnlessAskedForItself() {
		this.runner.withPropertyValues("management.health.defaults.enabled=true")
			.run((context) -> assertThat(context).doesNotHaveBean(LockStoreHealthIndicator.class));
		this.runner
			.withPropertyValues("management.health.asynclock.enabled=true", "async-lock.provider=local",
					"async-lock.redis.url=")
			.run((context) -> assertThat(context).doesNotHaveBean(LockStoreHealthIndicator.class));
	}

	@Test
	void aRedisThatIsNotThereTakesTheApplicationDownOnlyWhereThatIsAskedFor() {
		this.redis.stop();
		ApplicationContextRunner withHealth = this.runner
			.withConfiguration(AutoConfigurations.of(HealthContributorAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=health");
		withHealth.run((context) -> {
			HealthDescriptor health = context.getBean(HealthEndpoint.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(((CompositeHealthDescriptor) health).getComponents()).doesNotContainKey("asynclock");
		});
		withHealth.withPropertyValues("management.health.asynclock.enabled=true").run((context) -> {
			HealthDescriptor health = context.getBean(HealthEndpoint.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(((CompositeHealthDescriptor) health).getComponents().get("asynclock").getStatus())
				.isEqualTo(Status.DOWN);
		});
	}

	@Test
	void aStoreThatIsNotThereIsCounted() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			this.redis.stop();
			LockRequest request = LockRequest.of("key").waitingAtMost(Duration.ofMillis(300));
			CompletableFuture<String> result = context.getBean(LockService.class)
				.execute(request, (lease) -> CompletableFuture.completedFuture("ran"));
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
				.withCauseInstanceOf(LockUnavailableException.class);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("asynclock.wait").tag("outcome", "unavailable").timer().count()).isOne();
			assertThat(meters.get("asynclock.commands").tag("outcome", "failed").timer().count()).isPositive();
			assertThat(meters.get("asynclock.waiting").gauge().value()).isZero();
		});
	}

	@Test
	void aNewConnectionIsNoWakeUp() {
		KeyName name = new KeyNames("async-lock").of("key");
		this.redis.call("SET", name.owner(), "h:other:1:1:600000", "PX", 600_000);
		this.runner.withBean(SimpleMeterRegistry.class)
			.withPropertyValues("async-lock.redis.poll-interval=10m", "async-lock.redis.command-timeout=20s")
			.run((context) -> {
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				CompletableFuture<String> result = context.getBean(LockService.class)
					.execute("key", () -> CompletableFuture.completedFuture("ran"));
				RedisProcess.await("it waits in Redis", 20, () -> this.redis.call("EXISTS", name.queue()).equals(1L));
				this.redis.call("DEL", name.owner());
				this.redis.call("CLIENT", "KILL", "TYPE", "normal");
				this.redis.call("CLIENT", "KILL", "TYPE", "pubsub");
				assertThat(result.get(20, TimeUnit.SECONDS)).as("asked for again").isEqualTo("ran");
				assertThat(meters.get("asynclock.wakeups").counter().count()).isZero();
				assertThat(meters.get("asynclock.polls").counter().count()).isZero();
			});
	}

}
