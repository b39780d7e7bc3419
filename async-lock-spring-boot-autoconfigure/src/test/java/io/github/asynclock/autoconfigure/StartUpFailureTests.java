package io.github.asynclock.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * What a user reads when the application does not start.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartUpFailureTests {

	@Test
	void aLeaseUnder100Ms(CapturedOutput output) {
		fails(App.class, "async-lock.lease-time=99ms");
		assertThat(output).contains("APPLICATION FAILED TO START", "'99ms'", "'async-lock.lease-time'",
				"async-lock.lease-time=30s");
	}

	@Test
	void aNegativeWaitTime(CapturedOutput output) {
		fails(App.class, "async-lock.wait-time=-1s");
		assertThat(output).contains("APPLICATION FAILED TO START", "'-1s'", "'async-lock.wait-time'",
				"async-lock.wait-time=30s");
	}

	@Test
	void aNegativeNumberOfWaiters(CapturedOutput output) {
		fails(App.class, "async-lock.max-waiters-per-key=-1");
		assertThat(output).contains("APPLICATION FAILED TO START", "'-1'", "'async-lock.max-waiters-per-key'",
				"async-lock.max-waiters-per-key=1000");
	}

	@Test
	void anUnparsableDuration(CapturedOutput output) {
		fails(App.class, "async-lock.wait-time=soon");
		assertThat(output).contains("APPLICATION FAILED TO START", "async-lock.wait-time", "soon");
	}

	@Test
	void anUnknownProvider(CapturedOutput output) {
		fails(App.class, "async-lock.provider=zookeeper");
		assertThat(output).contains("APPLICATION FAILED TO START", "async-lock.provider", "zookeeper", "AUTO", "LOCAL",
				"REDIS");
	}

	@Test
	void aSwitchThatIsNeitherOnNorOff(CapturedOutput output) {
		fails(App.class, "async-lock.enabled=maybe");
		assertThat(output).contains("APPLICATION FAILED TO START", "async-lock.enabled", "maybe");
	}

	@ParameterizedTest
	@ValueSource(strings = { "async-lock.redis.url=redis://user:secret@localhost", "async-lock.provider=redis",
			"async-lock.redis.cluster.nodes=one:6379,secret:6379", "async-lock.redis.cluster.nodes[0]=secret:6379" })
	void redisIsAskedForButNotThereYet(String property, CapturedOutput output) {
		fails(App.class, property);
		assertThat(output).contains("APPLICATION FAILED TO START", "async-lock.", "has no Redis store yet",
				"async-lock.provider=local");
		assertThat(output).doesNotContain("secret");
	}

	@Test
	void redisIsAskedForByAnEnvironmentVariable(CapturedOutput output) {
		Map<String, Object> variables = Map.of("ASYNC_LOCK_REDIS_URL", "redis://:secret@localhost");
		PropertySource<?> environment = new SystemEnvironmentPropertySource("test-systemEnvironment", variables);
		SpringApplicationBuilder application = application(App.class)
			.initializers((context) -> context.getEnvironment().getPropertySources().addFirst(environment));
		assertThatException().isThrownBy(() -> application.run().close());
		assertThat(output).contains("'async-lock.redis.url' is set").doesNotContain("secret");
	}

	@Test
	void anAnnotatedMethodThatCannotWork(CapturedOutput output) {
		fails(UnparsableKey.class);
		assertThat(output).contains("APPLICATION FAILED TO START", "Description:", "process", "Action:");
	}

	private static void fails(Class<?> application, String... properties) {
		String[] arguments = Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new);
		assertThatException().isThrownBy(() -> application(application).run(arguments).close());
	}

	private static SpringApplicationBuilder application(Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE);
	}

	@SpringBootConfiguration
	@ImportAutoConfiguration({ AsyncLockAutoConfiguration.class, AsyncLockOffAutoConfiguration.class })
	static class App {

	}

	static class UnparsableKey extends App {

		@Locked(key = "'order-' + ")
		public void process(long id) {
		}

	}

}
