package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** What a store must bear of servers: hung nodes, no SUBSCRIBE, RESP2, outages. */
@Timeout(90)
class ServerEdgeTests {

	private final ClientResources resources = LockConnectionFactories.resources();

	private final List<AutoCloseable> open = new ArrayList<>();

	private LettuceConnectionFactory factory;

	@AfterEach
	void end() throws Exception {
		if (this.factory != null) {
			this.factory.destroy();
		}
		this.resources.shutdown(0, 1, TimeUnit.SECONDS);
		for (AutoCloseable one : this.open) {
			one.close();
		}
	}

	private QueueingLockService service(int timeoutMillis) {
		RedisLockStore store = new RedisLockStore(this.factory,
				RedisSettings.defaults()
					.withKeyPrefix("edge")
					.withPollInterval(Duration.ofMillis(200))
					.withCommandTimeout(Duration.ofMillis(timeoutMillis)));
		store.awaitStart();
		return QueueingLockService.builder(store)
			.leaseTime(Duration.ofSeconds(2))
			.waitTime(Duration.ofSeconds(10))
			.build();
	}

	@Test
	void aNodeOfAClusterThatHangsIsConnectedToAgainThoughOthersAnswer() throws Exception {
		List<RedisProcess> servers = new ArrayList<>();
		List<TcpProxy> proxies = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			int port = RedisProcess.freePort();
			TcpProxy proxy = new TcpProxy(port);
			proxies.add(proxy);
			this.open.add(proxy);
			RedisProcess server = RedisProcess.startOn(port, "cluster-enabled yes",
					"cluster-announce-port " + proxy.port(), "cluster-announce-bus-port " + (port + 10_000));
			servers.add(server);
			this.open.add(server);
		}
		RedisProcess.cluster(servers);
		this.factory = LockConnectionFactories.create(
				new RedisClusterConfiguration(List.of("127.0.0.1:" + proxies.get(0).port())), null,
				Duration.ofSeconds(2), this.resources);
		try (QueueingLockService service = service(300)) {
			String hanging = null;
			for (int i = 0; i < 30; i++) {
				String key = "k" + i;
				service.execute(key, () -> CompletableFuture.completedFuture(1)).get(10, TimeUnit.SECONDS);
				String tag = "{edge:1:" + Integer.toHexString(KeyNames.stripe(key)) + "}";
				long slot = (Long) servers.get(0).call("CLUSTER", "KEYSLOT", tag);
				hanging = (slot > 11_000) ? key : hanging;
			}
			AtomicBoolean over = new AtomicBoolean();
			Thread traffic = new Thread(() -> {
				for (int i = 0; !over.get(); i = (i + 1) % 30) {
					String key = "k" + i;
					String tag = "{edge:1:" + Integer.toHexString(KeyNames.stripe(key)) + "}";
					if ((Long) servers.get(0).call("CLUSTER", "KEYSLOT", tag) < 10_000) {
						service.execute(key, () -> CompletableFuture.completedFuture(1)).join();
					}
				}
			});
			traffic.setDaemon(true);
			traffic.start();
			proxies.get(2).swallow(true);
			proxies.get(2).swallow(false);
			long hung = System.nanoTime();
			Object outcome = service.execute(hanging, () -> CompletableFuture.completedFuture(1))
				.handle((value, failure) -> (failure != null) ? failure : value)
				.get(30, TimeUnit.SECONDS);
			over.set(true);
			traffic.join();
			assertThat(outcome).isEqualTo(1);
		}
	}

	@Test
	void aServerThatKnowsNoSubscribeDoesNotCollectConnections() throws Exception {
		RedisProcess redis = RedisProcess.start("rename-command SUBSCRIBE \"\"", "rename-command HELLO \"\"");
		this.open.add(redis);
		this.factory = LockConnectionFactories.create(RedisURI.create(redis.url()), Duration.ofSeconds(2),
				this.resources);
		try (QueueingLockService service = service(500)) {
			service
				.execute(LockRequest.of("k").waitingAtMost(Duration.ofSeconds(4)),
						(lease) -> CompletableFuture.completedFuture(1))
				.exceptionally((ex) -> 0)
				.get(20, TimeUnit.SECONDS);
			int connected = Integer.parseInt(redis.info("connected_clients"));
			assertThat(connected).isLessThan(5);
		}
	}

	@Test
	void resp2Works() throws Exception {
		RedisProcess redis = RedisProcess.start("rename-command HELLO \"\"");
		this.open.add(redis);
		this.factory = LockConnectionFactories.create(RedisURI.create(redis.url()), Duration.ofSeconds(2),
				this.resources);
		try (QueueingLockService one = service(500); QueueingLockService other = service(500)) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> first = one.execute("k", () -> {
				started.complete(null);
				return end;
			});
			started.get(10, TimeUnit.SECONDS);
			CompletableFuture<Integer> next = other.execute("k", () -> CompletableFuture.completedFuture(1));
			Thread.sleep(100);
			end.complete(null);
			first.get(10, TimeUnit.SECONDS);
			assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(1);
			for (int i = 0; i < 10; i++) {
				redis.call("CLIENT", "KILL", "TYPE", (i % 2 == 0) ? "pubsub" : "normal");
				assertThat(one.execute("k", () -> CompletableFuture.completedFuture(1)).get(10, TimeUnit.SECONDS))
					.isEqualTo(1);
			}
			Thread.sleep(1000);
			assertThat(Integer.parseInt(redis.info("connected_clients"))).isLessThanOrEqualTo(5);
		}
	}

	@Test
	void waitsWithoutAServerLeaveNothingToDo() throws Exception {
		RedisProcess redis = RedisProcess.start();
		this.open.add(redis);
		this.factory = LockConnectionFactories.create(RedisURI.create(redis.url()), Duration.ofSeconds(2),
				this.resources);
		try (QueueingLockService service = service(500)) {
			redis.kill9();
			Thread.sleep(200);
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < 5000; i++) {
				calls.add(service.execute(
						LockRequest.of("n" + i).waitingAtMost(Duration.ofMillis(50)).leasedFor(Duration.ofSeconds(60)),
						(lease) -> CompletableFuture.completedFuture(1)));
			}
			for (CompletableFuture<Integer> call : calls) {
				call.exceptionally((ex) -> 0).get(20, TimeUnit.SECONDS);
			}
			Thread.sleep(500);
			redis.restart();
			Thread.sleep(1500);
			String ran = String.valueOf(redis.call("INFO", "commandstats"));
			Matcher scripts = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(ran);
			assertThat(scripts.find() ? Integer.parseInt(scripts.group(1)) : 0).isLessThan(100);
		}
	}

	@Test
	void timesWithoutEndEndNothing() throws Exception {
		RedisProcess redis = RedisProcess.start();
		this.open.add(redis);
		this.factory = LockConnectionFactories.create(RedisURI.create(redis.url()), Duration.ofSeconds(2),
				this.resources);
		Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
		RedisLockStore store = new RedisLockStore(this.factory,
				RedisSettings.defaults().withPollInterval(forever).withLocalHandoffs(2, forever));
		try (QueueingLockService service = QueueingLockService.builder(store).build()) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			LockRequest request = LockRequest.of("k").leasedFor(forever).waitingAtMost(forever);
			CompletableFuture<Void> first = service.execute(request, (lease) -> {
				started.complete(null);
				return end;
			});
			started.get(10, TimeUnit.SECONDS);
			CompletableFuture<Integer> next = service.execute(request, (lease) -> CompletableFuture.completedFuture(1));
			end.complete(null);
			first.get(10, TimeUnit.SECONDS);
			assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo(1);
		}
	}

}
