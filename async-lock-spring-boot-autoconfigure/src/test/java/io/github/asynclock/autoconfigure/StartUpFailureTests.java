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
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
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

	/** Code that was generated ahead of time registers beans without their conditions. */
	@Test
	void whatWasBuiltUnlockedDoesNotRunUnlockedUnnoticed(CapturedOutput output) {
		application(Processed.class).run("--async-lock.enabled=false").close();
		fails(Processed.class, "async-lock.enabled=true");
		assertThat(output).contains("APPLICATION FAILED TO START", "'true'", "'async-lock.enabled'",
				"processed ahead of time with async-lock.enabled=false", "would run unlocked");
	}

	@ParameterizedTest
	@ValueSource(strings = { "async-lock.redis.url=http://user:secret@localhost",
			"async-lock.redis.url=redis://user:secret@localhost:notaport",
			"async-lock.redis.url=redis://user:secret@localhost:0", "async-lock.redis.url=redis://user:secret",
			"async-lock.redis.url=redis://user:se cret@localhost", "async-lock.redis.url=redis://user:secret@",
			"async-lock.redis.url=redis://:secret@localhost/x", "async-lock.redis.url=redis://:secret@one,two",
			"async-lock.redis.url=user:secret@localhost", "async-lock.redis.url=localhost",
			"async-lock.redis.url=redis-sentinel://:secret@localhost", "async-lock.redis.url=redis-socket://",
			"async-lock.redis.url=redis://:secret@localhost:6379:6380" })
	void aMalformedUrl(String property, CapturedOutput output) {
		fails(App.class, property);
		assertThat(output).contains("APPLICATION FAILED TO START", "'async-lock.redis.url'", "async-lock.redis.url=re");
		assertThat(output).doesNotContain("secret").doesNotContain("se cret");
	}

	@Test
	void aWrongUrlInAnEnvironmentVariable(CapturedOutput output) {
		Map<String, Object> variables = Map.of("ASYNC_LOCK_REDIS_URL", "redis://:secret@localhost:notaport");
		PropertySource<?> environment = new SystemEnvironmentPropertySource("test-systemEnvironment", variables);
		SpringApplicationBuilder application = application(App.class)
			.initializers((context) -> context.getEnvironment().getPropertySources().addFirst(environment));
		assertThatException().isThrownBy(() -> application.run().close());
		assertThat(output).contains("'localhost:…' has to be a host", "async-lock.redis.url=redis://localhost:6379")
			.doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "one:6379,two:port", "redis://:secret@one:6379", "one:65536", "one two:1", "one:" })
	void aMalformedNodeOfACluster(String nodes, CapturedOutput output) {
		fails(App.class, "async-lock.redis.cluster.nodes=" + nodes);
		assertThat(output).contains("APPLICATION FAILED TO START", "'async-lock.redis.cluster.nodes'",
				"async-lock.redis.cluster.nodes=host1:6379,host2:6379");
		assertThat(output).doesNotContain("secret");
	}

	@Test
	void bothAUrlAndNodesOfACluster(CapturedOutput output) {
		fails(App.class, "async-lock.redis.url=redis://:secret@localhost", "async-lock.redis.cluster.nodes=one:6379");
		assertThat(output).contains("APPLICATION FAILED TO START", "mutually exclusive", "async-lock.redis.url",
				"async-lock.redis.cluster.nodes");
		assertThat(output).doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "key-prefix=my{lock}", "key-prefix=my lock", "command-timeout=0", "command-timeout=-1s",
			"poll-interval=0", "poll-interval=1ns", "local-handoffs=0", "local-handoffs=1025",
			"local-handoff-time=-1ms", "min-replicas=-1", "replica-timeout=0ms" })
	void ofRedisAValueThatMakesNoSense(String property, CapturedOutput output) {
		fails(App.class, "async-lock.redis.url=redis://:secret@localhost", "async-lock.redis." + property);
		String name = "async-lock.redis." + property.substring(0, property.indexOf('='));
		String value = property.substring(property.indexOf('=') + 1);
		assertThat(output).contains("APPLICATION FAILED TO START", "'" + name + "'", "'" + value + "'", name + "=");
		assertThat(output).doesNotContain("secret");
	}

	@Test
	void replicasThatHaveToAcknowledgeInACluster(CapturedOutput output) {
		fails(App.class, "async-lock.redis.cluster.nodes=localhost:1", "async-lock.redis.min-replicas=1");
		assertThat(output).contains("APPLICATION FAILED TO START", "'async-lock.redis.min-replicas'", "Cluster");
	}

	@Test
	void aSocketWithoutTheNativeTransportOfNetty(CapturedOutput output) {
		fails(App.class, "async-lock.redis.url=redis-socket:///run/redis.sock");
		assertThat(output).contains("APPLICATION FAILED TO START", "'async-lock.redis.url'",
				"netty-transport-native-epoll");
	}

	@Test
	void anSslBundleThatIsNotThere(CapturedOutput output) {
		fails(App.class, "async-lock.redis.url=redis://:secret@localhost", "async-lock.redis.ssl.bundle=mine");
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "'async-lock.redis.ssl.bundle'", "'mine'",
					"spring.ssl.bundle.pem.mine")
			.doesNotContain("secret");
	}

	@Test
	void redisWithoutAWordWhereItIs(CapturedOutput output) {
		fails(App.class, "async-lock.provider=redis");
		assertThat(output).contains("APPLICATION FAILED TO START", "'async-lock.provider'",
				"async-lock.redis.url=redis://localhost:6379", "spring-boot-starter-data-redis");
	}

	@Test
	void redisOfTheApplicationThatIsAFixedListOfServers(CapturedOutput output) {
		fails(AppWithRedis.class, "async-lock.provider=redis",
				"spring.data.redis.masterreplica.nodes=one:6379,two:6379");
		assertThat(output).contains("APPLICATION FAILED TO START", "spring.data.redis.masterreplica",
				"async-lock.redis.url=redis://localhost:6379");
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

	@SpringBootConfiguration
	static class Processed {

		@Bean
		AsyncLockOffAutoConfiguration off(Environment environment) {
			return new AsyncLockOffAutoConfiguration(environment);
		}

	}

	@ImportAutoConfiguration(DataRedisAutoConfiguration.class)
	static class AppWithRedis extends App {

	}

	static class UnparsableKey extends App {

		@Locked(key = "'order-' + ")
		public void process(long id) {
		}

	}

}
