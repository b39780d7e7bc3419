package io.github.asynclock.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;

import io.github.asynclock.core.LockStore;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisRepositoriesAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.health.DataRedisHealthContributorAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.health.DataRedisReactiveHealthContributorAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.observation.LettuceObservationAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
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

	/** Nobody listens there: only what the application has and does counts. */
	private static final String REDIS = "async-lock.redis.url=redis://localhost:1";

	private static final Set<String> OURS = Set.of(AsyncLockAutoConfiguration.class.getName(),
			AsyncLockAutoConfiguration.LockServiceConfiguration.class.getName(),
			"async-lock-" + AsyncLockProperties.class.getName(), "lockedBeanPostProcessor",
			"lockedOutermostPostProcessor", TransactionConfiguration.class.getName(), "lockTransactions", "lockStore",
			"lockService", "lockServiceDrain", "lockServiceAbandon", MetricsConfiguration.class.getName(),
			MetricsConfiguration.MetersAndTraces.class.getName(), "lockObserverSource",
			AsyncLockActuatorAutoConfiguration.class.getName(),
			AsyncLockActuatorAutoConfiguration.EndpointConfiguration.class.getName(),
			// PipelinR is on the class path of our tests
			PipelinrConfiguration.class.getName(), "commandLockMiddleware");

	private static final Set<String> OURS_FOR_REDIS = Set.of(RedisStoreConfiguration.class.getName(),
			"lockRedisConnectionDetails", "lockRedisConnection", "lockStoreStart");

	@Test
	void onlyOurBeansAreAdded() {
		Set<String> with = beanNames("async-lock.enabled=true");
		with.removeAll(beanNames("async-lock.enabled=false"));
		assertThat(with).isEqualTo(OURS);
	}

	@Test
	void withRedisToo() {
		Set<String> with = beanNames(REDIS);
		with.removeAll(beanNames("async-lock.enabled=false"));
		with.removeAll(OURS);
		assertThat(with).isEqualTo(OURS_FOR_REDIS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "async-lock.enabled=true", REDIS })
	void nothingOfTheApplicationsIsTakenOver(String property) {
		try (ConfigurableApplicationContext context = run(property)) {
			assertThat(context.getBeanNamesForType(ClientResources.class)).isEmpty();
			assertThat(context.getBeanNamesForType(LockStore.class)).hasSize(1);
			assertThat(context.getBeanNamesForType(RedisConnectionFactory.class)).isEmpty();
			assertThat(context.getBeanNamesForType(ReactiveRedisConnectionFactory.class)).isEmpty();
			assertThat(context.getBeanNamesForType(RedisOperations.class)).isEmpty();
			assertThat(context.getBeanNamesForType(TaskScheduler.class)).isEmpty();
			assertThat(context.getBeanNamesForType(ReactiveAdapterRegistry.class)).isEmpty();
			assertThat(context.getBeanNamesForType(Executor.class)).containsExactly("applicationTaskExecutor");
			HealthDescriptor health = context.getBean(HealthEndpoint.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(((CompositeHealthDescriptor) health).getComponents()).doesNotContainKey("redis");
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

	/**
	 * Boot's Redis module is on the class path of our tests; the starter does not bring
	 * it.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class,
			DataRedisRepositoriesAutoConfiguration.class, LettuceObservationAutoConfiguration.class,
			DataRedisHealthContributorAutoConfiguration.class,
			DataRedisReactiveHealthContributorAutoConfiguration.class })
	static class Application {

	}

}
