package io.github.asynclock.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.asynclock.redis.TestRedis;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.CompositeHealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that uses Redis itself, by Boot's own module: what it has and how it
 * feels is the same with our locks in Redis and without them.
 */
class BesideApplicationsRedisTests {

	private static final Set<Class<?>> OF_REDIS = Set.of(RedisConnectionFactory.class,
			ReactiveRedisConnectionFactory.class, RedisOperations.class, ClientResources.class);

	private final String url = TestRedis.shared().url();

	@Test
	void itsBeansAreTheSame() {
		try (ConfigurableApplicationContext with = run("async-lock.redis.url=" + this.url);
				ConfigurableApplicationContext without = run("async-lock.enabled=false")) {
			for (Class<?> type : OF_REDIS) {
				assertThat(with.getBeanNamesForType(type)).as(type.getName())
					.isNotEmpty()
					.containsExactly(without.getBeanNamesForType(type));
			}
			Set<String> lifecycles = new LinkedHashSet<>(Arrays.asList(with.getBeanNamesForType(Lifecycle.class)));
			lifecycles.removeAll(Arrays.asList(without.getBeanNamesForType(Lifecycle.class)));
			assertThat(lifecycles).containsExactlyInAnyOrder("lockServiceDrain", "lockServiceAbandon");
		}
	}

	@Test
	void itsHealthIsTheSame() {
		try (ConfigurableApplicationContext with = run("async-lock.redis.url=" + this.url);
				ConfigurableApplicationContext without = run("async-lock.enabled=false")) {
			assertThat(health(with)).containsEntry("redis", Status.UP).isEqualTo(health(without));
			HealthDescriptor redis = with.getBean(HealthEndpoint.class).healthForPath("redis");
			assertThat(redis).as("one server, not a list with ours").isNotInstanceOf(CompositeHealthDescriptor.class);
		}
	}

	@Test
	void itIsHealthyWhereOurRedisIsDown() {
		try (ConfigurableApplicationContext with = run("async-lock.redis.url=redis://localhost:1")) {
			assertThat(with.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(Status.UP);
		}
	}

	@Test
	void itsTemplateAndConnectionAreItsOwn() {
		try (ConfigurableApplicationContext with = run("async-lock.redis.url=redis://localhost:1")) {
			StringRedisTemplate template = with.getBean(StringRedisTemplate.class);
			LettuceConnectionFactory own = with.getBean(LettuceConnectionFactory.class);
			LettuceConnectionFactory ours = with.getBean(LockRedisConnection.class).factory();
			assertThat(template.getConnectionFactory()).isSameAs(own).isNotSameAs(ours);
			assertThat(own.getClientResources()).isSameAs(with.getBean(ClientResources.class))
				.isNotSameAs(ours.getClientResources());
			assertThat(own.getClientName()).isNull();
			String key = TestRedis.randomPrefix();
			template.opsForValue().set(key, "value");
			assertThat(template.opsForValue().getAndDelete(key)).isEqualTo("value");
		}
	}

	private static Map<String, Status> health(ConfigurableApplicationContext context) {
		CompositeHealthDescriptor health = (CompositeHealthDescriptor) context.getBean(HealthEndpoint.class).health();
		return health.getComponents()
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (component) -> component.getValue().getStatus()));
	}

	private ConfigurableApplicationContext run(String property) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.run("--" + property, "--spring.data.redis.url=" + this.url, "--spring.main.banner-mode=off");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
