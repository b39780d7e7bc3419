package io.github.asynclock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.asynclock.redis.TcpProxy.Fate;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the tests on Redis stand on: real servers, a proxy that breaks what it is told to,
 * and no way to be skipped.
 */
@Timeout(120)
class TestRedisTests {

	@Test
	void theSharedServerAnswers() throws IOException {
		RedisURI uri = TestRedis.shared().uri();
		assertThat(TestRedis.shared()).isSameAs(TestRedis.shared());
		try (RedisCommands commands = new RedisCommands(uri.getHost(), uri.getPort(), 10_000)) {
			assertThat(commands.call("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void theEmbeddedBinaryRuns() throws IOException {
		RedisURI uri = TestRedis.find("embedded").uri();
		try (RedisCommands commands = new RedisCommands(uri.getHost(), uri.getPort(), 10_000)) {
			assertThat(commands.call("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void aWayThatCannotBeHadFails_itIsNotReplacedByAnother() {
		assertThatThrownBy(() -> TestRedis.find("mock")).hasMessageContaining("url, docker, path or embedded");
		if (System.getProperty("async-lock.test.redis.url") == null) {
			assertThatThrownBy(() -> TestRedis.find("url")).hasMessageContaining("async-lock.test.redis.url");
		}
	}

	@Test
	void aServerIsPausedKilledAndStartedAgain() {
		try (RedisProcess redis = RedisProcess.start("maxmemory 10mb")) {
			assertThat(redis.call("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "10485760"));
			redis.call("SET", "{p}:a", "1");
			assertThat(redis.keys("{p}")).containsExactly("{p}:a");
			redis.pause();
			CompletableFuture<Object> answer = CompletableFuture.supplyAsync(() -> redis.call("GET", "{p}:a"));
			assertThatThrownBy(() -> answer.get(200, TimeUnit.MILLISECONDS)).isNotNull();
			redis.resume();
			assertThat(answer.join()).isEqualTo("1");
			redis.kill9();
			assertThatThrownBy(redis::connect).isInstanceOf(UncheckedIOException.class);
			redis.restart();
			assertThat(redis.call("GET", "{p}:a")).as("keeps nothing by default").isNull();
		}
	}

	@Test
	void serversMakeACluster() {
		String[] lines = { "cluster-enabled yes" };
		try (RedisProcess a = RedisProcess.start(lines);
				RedisProcess b = RedisProcess.start(lines);
				RedisProcess c = RedisProcess.start(lines)) {
			RedisProcess.cluster(List.of(a, b, c));
			assertThat(String.valueOf(b.call("CLUSTER", "SLOTS"))).contains(String.valueOf(c.port()));
		}
	}

	@Test
	void theProxyLosesTheReplyOfWhatWasExecuted() throws IOException {
		try (RedisProcess redis = RedisProcess.start(); TcpProxy proxy = new TcpProxy(redis.port())) {
			AtomicBoolean once = new AtomicBoolean();
			proxy.rule((words) -> (words.get(0).equals("INCR") && once.compareAndSet(false, true)) ? Fate.LOSE_REPLY
					: Fate.PASS);
			try (RedisCommands commands = new RedisCommands("127.0.0.1", proxy.port(), 10_000)) {
				assertThat(commands.call("PING")).isEqualTo("PONG");
				assertThatThrownBy(() -> commands.call("INCR", "n")).isInstanceOf(UncheckedIOException.class);
			}
			assertThat(redis.call("GET", "n")).isEqualTo("1");
		}
	}

	@Test
	void theProxyHoldsACommandBackUntilAfterALaterOne() throws IOException {
		try (RedisProcess redis = RedisProcess.start(); TcpProxy proxy = new TcpProxy(redis.port())) {
			proxy.rule((words) -> words.contains("late") ? Fate.HOLD_AND_CUT : Fate.PASS);
			try (RedisCommands first = new RedisCommands("127.0.0.1", proxy.port(), 10_000)) {
				assertThatThrownBy(() -> first.call("SET", "k", "late")).isInstanceOf(UncheckedIOException.class);
			}
			try (RedisCommands second = new RedisCommands("127.0.0.1", proxy.port(), 10_000)) {
				assertThat(second.call("SET", "k", "early")).isEqualTo("OK");
			}
			assertThat(redis.call("GET", "k")).isEqualTo("early");
			proxy.letGo();
			RedisProcess.await("is executed late", 10, () -> redis.call("GET", "k").equals("late"));
		}
	}

	@Test
	void theProxySwallowsBytesOfConnectionsThatStayOpen_andCuts() throws IOException {
		try (RedisProcess redis = RedisProcess.start(); TcpProxy proxy = new TcpProxy(redis.port())) {
			try (RedisCommands commands = new RedisCommands("127.0.0.1", proxy.port(), 300)) {
				commands.call("PING");
				proxy.swallow(true);
				assertThatThrownBy(() -> commands.call("SET", "k", "1")).rootCause()
					.isInstanceOf(java.net.SocketTimeoutException.class);
				assertThat(redis.call("EXISTS", "k")).isEqualTo(0L);
				proxy.swallow(false);
				assertThat(proxy.connections()).isEqualTo(1);
				proxy.cut();
				RedisProcess.await("is cut", 10, () -> proxy.connections() == 0);
			}
			try (RedisCommands commands = new RedisCommands("127.0.0.1", proxy.port(), 10_000)) {
				assertThat(commands.call("PING")).isEqualTo("PONG");
			}
		}
	}

}
