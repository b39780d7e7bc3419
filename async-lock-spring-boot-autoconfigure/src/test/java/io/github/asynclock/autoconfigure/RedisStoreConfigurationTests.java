package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.github.asynclock.LockService;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.local.LocalLockStore;
import io.github.asynclock.redis.RedisLockStore;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which store is chosen, and what it connects to. Nothing listens where these URLs point:
 * a context starts all the same.
 */
class RedisStoreConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, SslAutoConfiguration.class))
		.withPropertyValues("async-lock.redis.command-timeout=10ms");

	private final ApplicationContextRunner withApplicationsRedis = this.runner
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

	@ParameterizedTest
	@ValueSource(strings = { "async-lock.redis.url=redis://localhost:1", "async-lock.redis.cluster.nodes=localhost:1",
			"async-lock.redis.cluster.nodes[0]=localhost:1" })
	void autoIsRedisWhereItIsConfigured(String property) {
		this.runner.withPropertyValues(property).run((context) -> {
			assertThat(context).hasSingleBean(LockService.class).hasSingleBean(LockStore.class);
			assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "async-lock.provider=auto", "async-lock.redis.url=", "async-lock.redis.url= ",
			"async-lock.redis.cluster.nodes=", "async-lock.redis.password=secret" })
	void autoIsThisJvmElse(String property) {
		this.withApplicationsRedis.withPropertyValues(property)
			.run((context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class));
	}

	@Test
	void autoIsRedisWhereConnectionDetailsSayWhereItIs() {
		this.runner.withBean(AsyncLockRedisConnectionDetails.class, TestDetails::new).run((context) -> {
			assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
			assertThat(factory(context).getPort()).isEqualTo(7);
		});
	}

	@Test
	void connectionDetailsTakeThePlaceOfTheProperties() {
		this.runner.withBean(AsyncLockRedisConnectionDetails.class, TestDetails::new)
			.withPropertyValues("async-lock.redis.url=redis://localhost:1", "async-lock.redis.password=secret")
			.run((context) -> {
				assertThat(context).hasSingleBean(AsyncLockRedisConnectionDetails.class);
				assertThat(factory(context).getPort()).isEqualTo(7);
				assertThat(factory(context).getPassword()).isNull();
			});
	}

	@Test
	void connectionDetailsAreNotLookedAtByProviderLocal() {
		this.runner.withBean(AsyncLockRedisConnectionDetails.class, TestDetails::new)
			.withPropertyValues("async-lock.provider=local")
			.run((context) -> assertThat(context).hasSingleBean(LocalLockStore.class)
				.doesNotHaveBean(LockRedisConnection.class));
	}

	@Test
	void connectionDetailsMayHaveCredentialsForSentinels() {
		AsyncLockRedisConnectionDetails details = new TestDetails() {

			@Override
			public String getUrl() {
				return "redis-sentinel://data:one@first:1,second/3?sentinelMasterId=locks";
			}

			@Override
			public String getSentinelUsername() {
				return "watch";
			}

			@Override
			public String getSentinelPassword() {
				return "two";
			}

		};
		this.runner.withBean(AsyncLockRedisConnectionDetails.class, () -> details).run((context) -> {
			RedisSentinelConfiguration sentinels = factory(context).getSentinelConfiguration();
			assertThat(sentinels.getSentinels()).containsExactlyInAnyOrder(new RedisNode("first", 1),
					new RedisNode("second", 26379));
			assertThat(sentinels.getMaster().getName()).isEqualTo("locks");
			assertThat(sentinels.getDatabase()).isEqualTo(3);
			assertThat(sentinels.getUsername()).isEqualTo("data");
			assertThat(sentinels.getPassword().get()).isEqualTo("one".toCharArray());
			assertThat(sentinels.getSentinelUsername()).isEqualTo("watch");
			assertThat(sentinels.getSentinelPassword().get()).isEqualTo("two".toCharArray());
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis://my_host:7/2", "redis://u:p@my_host:7/2?timeout=5s", "rediss://my_host:7/2" })
	void aUrlSaysWhere(String url) {
		this.runner.withPropertyValues("async-lock.redis.url=" + url).run((context) -> {
			assertThat(factory(context).getHostName()).isEqualTo("my_host");
			assertThat(factory(context).getPort()).isEqualTo(7);
			assertThat(factory(context).getDatabase()).isEqualTo(2);
			assertThat(factory(context).isUseSsl()).isEqualTo(url.startsWith("rediss"));
		});
	}

	@Test
	void aUrlMayHaveAnIpv6AddressNoPortAndAPasswordOfAllCharacters() {
		this.runner.withPropertyValues("async-lock.redis.url=redis://%40dmin:p%2Fw%40@[::1]").run((context) -> {
			assertThat(factory(context).getHostName()).isEqualTo("::1");
			assertThat(factory(context).getPort()).isEqualTo(6379);
			assertThat(factory(context).getPassword()).isEqualTo("p/w@");
		});
	}

	@Test
	void userAndPasswordWinOverTheUrls() {
		this.runner
			.withPropertyValues("async-lock.redis.url=redis://one:two@localhost:1", "async-lock.redis.username=locks",
					"async-lock.redis.password=s3cret")
			.run((context) -> {
				assertThat(factory(context).getPassword()).isEqualTo("s3cret");
				assertThat(((WithAuthentication) servers(factory(context))).getUsername()).isEqualTo("locks");
			});
	}

	@Test
	void aBundleSwitchesTlsOn() {
		this.runner
			.withPropertyValues("async-lock.redis.cluster.nodes=one:1, two", "async-lock.redis.ssl.bundle=locks",
					"spring.ssl.bundle.jks.locks.options.enabled-protocols=TLSv1.3")
			.run((context) -> {
				assertThat(factory(context).isUseSsl()).isTrue();
				assertThat(options(context).getSslOptions().getProtocols()).containsExactly("TLSv1.3");
				assertThat(factory(context).getClusterConfiguration().getClusterNodes())
					.containsExactlyInAnyOrder(new RedisNode("one", 1), new RedisNode("two", 6379));
			});
	}

	@Test
	void theStoreConnectsAgainByItselfAndHasItsOwnTimeouts() {
		this.runner.withPropertyValues("async-lock.redis.url=redis://localhost:1").run((context) -> {
			ClientOptions options = options(context);
			assertThat(options.isAutoReconnect()).isFalse();
			assertThat(options.getTimeoutOptions().isTimeoutCommands()).isFalse();
			assertThat(options.getDisconnectedBehavior()).isEqualTo(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
			assertThat(options.getSocketOptions().getConnectTimeout()).isEqualTo(Duration.ofMillis(10));
			assertThat(options.getSocketOptions().isKeepAlive()).isTrue();
			assertThat(options.getMaintNotificationsConfig().maintNotificationsEnabled()).isFalse();
			assertThat(factory(context).getClientName()).isEqualTo("async-lock");
		});
	}

	@Test
	void inAClusterTheClientFollowsTheNodes() {
		this.runner.withPropertyValues("async-lock.redis.cluster.nodes=localhost:1").run((context) -> {
			ClusterClientOptions options = (ClusterClientOptions) options(context);
			assertThat(options.isAutoReconnect()).isTrue();
			assertThat(options.getTimeoutOptions().isTimeoutCommands()).isFalse();
			assertThat(options.getTopologyRefreshOptions().getAdaptiveRefreshTriggers()).isNotEmpty();
			assertThat(options.getTopologyRefreshOptions().isPeriodicRefreshEnabled()).isTrue();
		});
	}

	@Test
	void providerRedisUsesTheApplicationsOwn() {
		this.withApplicationsRedis
			.withPropertyValues("async-lock.provider=redis", "spring.data.redis.host=own", "spring.data.redis.port=7",
					"spring.data.redis.database=2", "spring.data.redis.username=app",
					"spring.data.redis.password=s3cret")
			.run((context) -> {
				LettuceConnectionFactory locks = factory(context);
				LettuceConnectionFactory own = context.getBean(LettuceConnectionFactory.class);
				assertThat(locks).isNotSameAs(own);
				assertThat(servers(locks)).isEqualTo(servers(own));
				assertThat(locks.isUseSsl()).isFalse();
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.url=rediss://u:p@own:7/2", "spring.data.redis.ssl.enabled=true",
			"spring.data.redis.sentinel.master=m,spring.data.redis.sentinel.nodes=a:1"
					+ ",spring.data.redis.sentinel.username=w,spring.data.redis.sentinel.password=x",
			"spring.data.redis.cluster.nodes=a:1" })
	void providerRedisUsesTheApplicationsOwnHoweverItIsConfigured(String properties) {
		this.withApplicationsRedis.withPropertyValues("async-lock.provider=redis")
			.withPropertyValues(properties.split(","))
			.run((context) -> {
				LettuceConnectionFactory locks = factory(context);
				LettuceConnectionFactory own = context.getBean(LettuceConnectionFactory.class);
				assertThat(locks.isUseSsl()).isEqualTo(own.isUseSsl());
				assertThat(servers(locks)).isEqualTo(servers(own));
			});
	}

	@Test
	void aUrlOfOursWinsOverTheApplicationsOwn() {
		this.withApplicationsRedis
			.withPropertyValues("async-lock.provider=redis", "async-lock.redis.url=redis://locks:1")
			.run((context) -> assertThat(factory(context).getHostName()).isEqualTo("locks"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce", "org.springframework.data.redis" })
	void withoutAClientOfRedisItLocksInThisJvm(String missing) {
		this.runner.withClassLoader(new FilteredClassLoader(missing, "org.springframework.boot.data.redis"))
			.run((context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce", "org.springframework.data.redis" })
	void withoutAClientOfRedisAskingForItFails(String missing) {
		for (String asked : List.of("async-lock.provider=redis", "async-lock.redis.url=redis://:secret@localhost")) {
			this.runner.withClassLoader(new FilteredClassLoader(missing, "org.springframework.boot.data.redis"))
				.withPropertyValues(asked)
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOf(RedisConfigurationException.class)
					.hasMessageContaining("not both on the class path")
					.hasMessageNotContaining("secret"));
		}
	}

	@Test
	void withoutBootsModuleProviderRedisNeedsAUrl() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.data.redis"))
			.withPropertyValues("async-lock.provider=redis")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(RedisConfigurationException.class)
				.hasMessageContaining("no Redis of its own"));
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.data.redis"))
			.withPropertyValues("async-lock.provider=redis", "async-lock.redis.url=redis://localhost:1")
			.run((context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class));
	}

	@Test
	void withoutTestcontainersAndDockerComposeItWorks() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.testcontainers", "org.springframework.boot.testcontainers",
					"org.springframework.boot.docker"))
			.withPropertyValues("async-lock.redis.url=redis://localhost:1")
			.run((context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class));
	}

	@Test
	void theConnectionOutlivesTheStoreAndIsClosedWithTheContext() {
		this.runner.withPropertyValues("async-lock.redis.url=redis://localhost:1").run((context) -> {
			LettuceConnectionFactory factory = factory(context);
			assertThat(context.getBeanFactory().getDependentBeans("lockRedisConnection")).contains("lockStore");
			assertThat(context.getBeanFactory().getDependentBeans("lockStore")).contains("lockService");
			context.close();
			assertThat(factory.isRunning()).isFalse();
			assertThat(factory.getClientResources().eventExecutorGroup().isShuttingDown()).isTrue();
		});
	}

	@Test
	void theConnectionIsNotStoppedWithAContextThatGoesOn() {
		this.runner.withPropertyValues("async-lock.redis.url=redis://localhost:1").run((context) -> {
			AbstractRedisClient client = factory(context).getRequiredNativeClient();
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			assertThat(factory(context).getRequiredNativeClient()).isSameAs(client);
		});
	}

	@Test
	void noBeanAndNoTextShowsAPassword() {
		this.runner
			.withPropertyValues("async-lock.redis.url=redis://u:secret@localhost:1", "async-lock.redis.password=secret")
			.run((context) -> assertThat(Arrays.stream(context.getBeanDefinitionNames()).map(context::getBean))
				.noneMatch((bean) -> bean.toString().contains("secret")));
	}

	private static LettuceConnectionFactory factory(ApplicationContext context) {
		return context.getBean(LockRedisConnection.class).factory();
	}

	private static RedisConfiguration servers(LettuceConnectionFactory factory) {
		return (RedisConfiguration) ReflectionTestUtils.getField(factory, "configuration");
	}

	private static ClientOptions options(ApplicationContext context) {
		return factory(context).getClientConfiguration().getClientOptions().orElseThrow();
	}

	static class TestDetails implements AsyncLockRedisConnectionDetails {

		@Override
		public String getUrl() {
			return "redis://localhost:7";
		}

	}

}
