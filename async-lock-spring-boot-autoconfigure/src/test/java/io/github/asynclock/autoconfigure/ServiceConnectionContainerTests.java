package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.redis.RedisLockStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application whose locks are in a container that runs, as the README shows it.
 */
@EnabledIfSystemProperty(named = "async-lock.test.redis", matches = "docker",
		disabledReason = "Docker was not asked for by -Dasync-lock.test.redis=docker, as .ci/run does")
class ServiceConnectionContainerTests {

	@Test
	void theContainerKeepsTheLocks() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(ServiceConnectionAutoConfiguration.class, AsyncLockAutoConfiguration.class))
			.withUserConfiguration(Containers.class)
			.run((context) -> {
				assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
				int port = context.getBean(GenericContainer.class).getMappedPort(6379);
				assertThat(context.getBean(LockRedisConnection.class).factory().getPort()).isEqualTo(port);
				long token = context.getBean(LockService.class)
					.execute(LockRequest.of("key"),
							(Lease lease) -> CompletableFuture.completedFuture(lease.fencingToken()))
					.join();
				assertThat(token).isPositive();
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Containers {

		@Bean
		@ServiceConnection(name = "async-lock")
		GenericContainer<?> redis() {
			String image = System.getProperty("async-lock.test.redis.image", "redis:7-alpine");
			return new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(6379)
				.waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
		}

	}

}
