package io.github.asynclock.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;

import io.github.asynclock.core.LockStore;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.scheduling.TaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A whole application, with everything auto-configured that the class path has, differs
 * by our own beans where the starter is there, and by nothing else.
 */
class StarterAloneTests {

	@Test
	void onlyOurBeansAreAdded() {
		Set<String> with = beanNames("async-lock.enabled=true");
		Set<String> without = beanNames("async-lock.enabled=false");
		with.removeAll(without);
		assertThat(with).containsExactlyInAnyOrder(AsyncLockAutoConfiguration.class.getName(),
				AsyncLockAutoConfiguration.LockServiceConfiguration.class.getName(),
				"async-lock-" + AsyncLockProperties.class.getName(), "lockedBeanPostProcessor",
				"lockedOutermostPostProcessor", "lockStore", "lockService", "lockServiceDrain", "lockServiceAbandon");
	}

	@Test
	void nothingOfTheApplicationsIsTakenOver() {
		try (ConfigurableApplicationContext context = run("async-lock.enabled=true")) {
			assertThat(context.getBeanNamesForType(LockStore.class)).hasSize(1);
			assertThat(context.getBeanNamesForType(RedisConnectionFactory.class)).isEmpty();
			assertThat(context.getBeanNamesForType(ReactiveRedisConnectionFactory.class)).isEmpty();
			assertThat(context.getBeanNamesForType(RedisOperations.class)).isEmpty();
			assertThat(context.getBeanNamesForType(TaskScheduler.class)).isEmpty();
			assertThat(context.getBeanNamesForType(ReactiveAdapterRegistry.class)).isEmpty();
			assertThat(context.getBeanNamesForType(Executor.class)).containsExactly("applicationTaskExecutor");
			assertThat(context.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(Status.UP);
		}
	}

	private static Set<String> beanNames(String property) {
		try (ConfigurableApplicationContext context = run(property)) {
			return new LinkedHashSet<>(Arrays.asList(context.getBeanDefinitionNames()));
		}
	}

	private static ConfigurableApplicationContext run(String property) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--" + property, "--spring.main.banner-mode=off");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
