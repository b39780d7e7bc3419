package io.github.asynclock.autoconfigure;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsNotFoundException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Which containers keep the locks and which the application's own data: by the name of
 * the connection. The containers are descriptions; none runs.
 */
class ContainerDetailsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ServiceConnectionAutoConfiguration.class, AsyncLockAutoConfiguration.class))
		.withPropertyValues("async-lock.redis.command-timeout=10ms");

	@Test
	void aContainerOfOurNameKeepsTheLocks() {
		this.runner.withUserConfiguration(Named.class).run((context) -> {
			assertThat(context).hasSingleBean(AsyncLockRedisConnectionDetails.class)
				.doesNotHaveBean(DataRedisConnectionDetails.class)
				.doesNotHaveBean(PropertiesRedisConnectionDetails.class);
			assertThat(port(context)).isEqualTo(4711);
		});
	}

	@Test
	void aContainerWhoseAnnotationNamesOurTypeKeepsTheLocksAlsoBesideTheApplicationsData() {
		this.runner.withUserConfiguration(Typed.class).run((context) -> {
			assertThat(context).hasSingleBean(DataRedisConnectionDetails.class);
			assertThat(port(context)).isEqualTo(4711);
		});
	}

	@Test
	void anyOtherRedisIsTheApplicationsAlone() {
		this.runner.withUserConfiguration(Applications.class)
			.run((context) -> assertThat(context).hasSingleBean(DataRedisConnectionDetails.class)
				.doesNotHaveBean(AsyncLockRedisConnectionDetails.class)
				.doesNotHaveBean(LockRedisConnection.class));
	}

	@Test
	void theApplicationsKeepsTheLocksTooIfItIsAskedTo() {
		this.runner.withUserConfiguration(Applications.class)
			.withPropertyValues("async-lock.provider=redis")
			.run((context) -> assertThat(port(context)).isEqualTo(4711));
	}

	@Test
	void eachMayHaveAContainerOfItsOwn() {
		this.runner.withUserConfiguration(Applications.class, Named.class)
			.run((context) -> assertThat(context).hasSingleBean(DataRedisConnectionDetails.class)
				.hasSingleBean(AsyncLockRedisConnectionDetails.class));
	}

	@Test
	void inDockerComposeTheLabelDecides() {
		assertThat(compose(Map.of("org.springframework.boot.service-connection", "async-lock")))
			.containsOnlyKeys(AsyncLockRedisConnectionDetails.class);
		assertThat(compose(Map.of())).containsOnlyKeys(DataRedisConnectionDetails.class);
		AsyncLockRedisConnectionDetails details = (AsyncLockRedisConnectionDetails) compose(
				Map.of("org.springframework.boot.service-connection", "async-lock"))
			.get(AsyncLockRedisConnectionDetails.class);
		assertThat(details.getUrl()).isEqualTo("redis://docker:4711");
		assertThat(details.getSslBundle()).isNull();
	}

	@Test
	void anAddressOfIpv6HasBrackets() {
		assertThat(ContainerRedis.url("::1", 1)).isEqualTo("redis://[::1]:1");
	}

	private static int port(ApplicationContext context) {
		return context.getBean(LockRedisConnection.class).factory().getPort();
	}

	private static Map<Class<?>, ConnectionDetails> compose(Map<String, String> labels)
			throws ConnectionDetailsNotFoundException {
		RunningService service = mock(RunningService.class);
		given(service.name()).willReturn("redis");
		given(service.image()).willReturn(ImageReference.of("redis:7"));
		given(service.labels()).willReturn(labels);
		given(service.host()).willReturn("docker");
		given(service.ports()).willReturn(new OnePort());
		DockerComposeConnectionSource source = mock(DockerComposeConnectionSource.class);
		given(source.getRunningService()).willReturn(service);
		return new ConnectionDetailsFactories(null).getConnectionDetails(source, true);
	}

	@Configuration(proxyBeanMethods = false)
	static class Named {

		@Bean
		@ServiceConnection(name = "async-lock")
		GenericContainer<?> locks() {
			return new NotRunning();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Typed {

		@Bean
		@ServiceConnection(name = "redis",
				type = { AsyncLockRedisConnectionDetails.class, DataRedisConnectionDetails.class })
		GenericContainer<?> both() {
			return new NotRunning();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Applications {

		@Bean
		@ServiceConnection(name = "redis")
		GenericContainer<?> cache() {
			return new NotRunning();
		}

	}

	/** Says where it would be. */
	static final class NotRunning extends GenericContainer<NotRunning> {

		NotRunning() {
			super("redis:7-alpine");
		}

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public String getHost() {
			return "localhost";
		}

		@Override
		public Integer getMappedPort(int port) {
			return 4711;
		}

	}

	private static final class OnePort implements ConnectionPorts {

		@Override
		public int get(int containerPort) {
			return 4711;
		}

		@Override
		public List<Integer> getAll() {
			return List.of(4711);
		}

		@Override
		public List<Integer> getAll(String protocol) {
			return getAll();
		}

	}

}
