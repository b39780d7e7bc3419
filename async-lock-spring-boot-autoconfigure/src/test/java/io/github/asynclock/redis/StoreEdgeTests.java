package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a store must bear at awkward moments: shutdown, saturated executors, callers that
 * leave.
 */
@Timeout(60)
class StoreEdgeTests {

	private final RedisProcess redis = RedisProcess.start();

	private final ClientResources resources = LockConnectionFactories.resources();

	private LettuceConnectionFactory factory;

	private QueueingLockService service(String url, UnaryOperator<RedisSettings> settings) {
		return builder(url, settings).build();
	}

	private QueueingLockService.Builder builder(String url, UnaryOperator<RedisSettings> settings) {
		this.factory = LockConnectionFactories.create(RedisURI.create(url), Duration.ofSeconds(2), this.resources);
		RedisLockStore store = new RedisLockStore(this.factory, settings
			.apply(RedisSettings.defaults().withKeyPrefix("edge").withPollInterval(Duration.ofMillis(500))));
		store.awaitStart();
		return QueueingLockService.builder(store).leaseTime(Duration.ofSeconds(5)).waitTime(Duration.ofSeconds(10));
	}

	@AfterEach
	void end() {
		if (this.factory != null) {
			this.factory.destroy();
		}
		this.resources.shutdown(0, 1, TimeUnit.SECONDS);
		this.redis.close();
	}

	private static UnaryOperator<RedisSettings> timeout(int millis) {
		return (settings) -> settings.withCommandTimeout(Duration.ofMillis(millis));
	}

	@Test
	void aResultThatWaitsForItsReleaseIsDeliveredWhereTheStoreIsClosedMeanwhile() throws Exception {
		QueueingLockService service = service(this.redis.url(), timeout(500));
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k"), (lease) -> {
			started.complete(null);
			return new CompletableFuture<String>();
		});
		started.get(10, TimeUnit.SECONDS);
		this.redis.pause();
		service.close();
		Thread.sleep(2000);
		this.redis.resume();
		assertThat(result).as("told").isDone();
	}

	@Test
	void aThreadThatWaitsForItsReleaseGoesOnWhereTheStoreIsClosedMeanwhile() throws Exception {
		QueueingLockService service = service(this.redis.url(), timeout(500));
		CompletableFuture<Void> started = new CompletableFuture<>();
		CountDownLatch end = new CountDownLatch(1);
		Thread thread = new Thread(() -> service.executeBlocking(LockRequest.of("k"), (lease) -> {
			started.complete(null);
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return "done";
		}));
		thread.setDaemon(true);
		thread.start();
		started.get(10, TimeUnit.SECONDS);
		this.redis.pause();
		CompletableFuture<Void> drained = service.shutdown();
		end.countDown();
		drained.get(10, TimeUnit.SECONDS);
		service.close();
		thread.join(3000);
		boolean blocked = thread.isAlive();
		this.redis.resume();
		assertThat(blocked).as("blocked").isFalse();
	}

	@Test
	void aReplicaIsNotConnectedToAgainAndAgain() throws Exception {
		RedisProcess primary = RedisProcess.start();
		try (QueueingLockService service = service(this.redis.url(), timeout(2000))) {
			service.execute("k", () -> CompletableFuture.completedFuture(1)).get(10, TimeUnit.SECONDS);
			this.redis.replicaOf(primary);
			long before = Long.parseLong(this.redis.info("total_connections_received"));
			CompletableFuture<Integer> result = service.execute(
					LockRequest.of("k").waitingAtMost(Duration.ofSeconds(3)),
					(lease) -> CompletableFuture.completedFuture(1));
			result.exceptionally((ex) -> 0).get(20, TimeUnit.SECONDS);
			long connections = Long.parseLong(this.redis.info("total_connections_received")) - before;
			assertThat(connections).isLessThan(30);
		}
		finally {
			primary.close();
		}
	}

	@Test
	void isLockedIsToldElsewhereThanOnAThreadOfTheClient() {
		TcpProxy proxy = new TcpProxy(this.redis.port());
		try (QueueingLockService service = service(proxy.url(), timeout(2000))) {
			proxy.rule((command) -> {
				if (command.get(0).equals("EXISTS")) {
					FaultTest.lastFor(200);
				}
				return TcpProxy.Fate.PASS;
			});
			String thread = service.isLocked("k")
				.map((locked) -> Thread.currentThread().getName())
				.block(Duration.ofSeconds(10));
			assertThat(thread).doesNotContain("lettuce");
		}
		finally {
			proxy.close();
		}
	}

	@Test
	void anActionDoesNotRunOnAThreadOfTheClientWhereTheExecutorIsSaturated() throws Exception {
		ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1),
				new ThreadPoolExecutor.CallerRunsPolicy());
		CountDownLatch end = new CountDownLatch(1);
		try (QueueingLockService service = builder(this.redis.url(), timeout(2000)).executor(executor).build()) {
			for (int i = 0; i < 2; i++) {
				executor.execute(() -> {
					try {
						end.await();
					}
					catch (InterruptedException ex) {
						throw new IllegalStateException(ex);
					}
				});
			}
			String thread = service
				.execute("k", () -> CompletableFuture.completedFuture(Thread.currentThread().getName()))
				.get(10, TimeUnit.SECONDS);
			assertThat(thread).doesNotContain("lettuce");
		}
		finally {
			end.countDown();
			executor.shutdown();
		}
	}

	@Test
	void aCallerHasTheLeaseTimeItAskedFor() throws Exception {
		try (QueueingLockService service = service(this.redis.url(), timeout(2000))) {
			String owner = "{edge:1:" + Integer.toHexString(KeyNames.stripe("k")) + "}:o:k";
			this.redis.call("SET", owner, "r:1500", "PX", 1500);
			CompletableFuture<Integer> first = service.execute(
					LockRequest.of("k").leasedFor(Duration.ofMillis(100)).waitingAtMost(Duration.ofMillis(400)),
					(lease) -> CompletableFuture.completedFuture(1));
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> second = service.execute(LockRequest.of("k").leasedFor(Duration.ofSeconds(30)),
					(lease) -> {
						started.complete(null);
						return end;
					});
			started.get(10, TimeUnit.SECONDS);
			String value = String.valueOf(this.redis.call("GET", owner));
			end.complete(null);
			second.get(10, TimeUnit.SECONDS);
			assertThat(first).isCompletedExceptionally();
			assertThat(value).endsWith(":30000");
		}
	}

	@Test
	void aCounterThatIsNoneIsANamedErrorAndEndsTheCall() throws Exception {
		try (QueueingLockService service = service(this.redis.url(), timeout(2000))) {
			String fence = "{edge:1:" + Integer.toHexString(KeyNames.stripe("k")) + "}:f";
			this.redis.call("SET", fence, "99999999999999999999");
			CompletableFuture<Integer> result = service.execute(
					LockRequest.of("k").waitingAtMost(Duration.ofSeconds(1)),
					(lease) -> CompletableFuture.completedFuture(1));
			Thread.sleep(3500);
			assertThat(result).isCompletedExceptionally();
		}
	}

	@Test
	void severalKeysWithoutWaitingEndInTime() throws Exception {
		TcpProxy proxy = new TcpProxy(this.redis.port());
		try (QueueingLockService service = service(proxy.url(), timeout(600))) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> holder = service.execute(LockRequest.of("k4"), (lease) -> {
				started.complete(null);
				return end;
			});
			started.get(10, TimeUnit.SECONDS);
			proxy.rule((command) -> {
				if (FaultTest.runs(command, Script.ACQUIRE)) {
					FaultTest.lastFor(400);
				}
				return TcpProxy.Fate.PASS;
			});
			long asked = System.nanoTime();
			CompletableFuture<Integer> result = service.execute(
					LockRequest.of("k1", "k2", "k3", "k4").waitingAtMost(Duration.ZERO),
					(lease) -> CompletableFuture.completedFuture(1));
			result.exceptionally((ex) -> 0).get(20, TimeUnit.SECONDS);
			long millis = (System.nanoTime() - asked) / 1_000_000;
			end.complete(null);
			holder.get(10, TimeUnit.SECONDS);
			assertThat(millis).isLessThan(600 + 100);
		}
		finally {
			proxy.close();
		}
	}

	@Test
	void aTimeoutWhileTheFirstAnswerIsOnItsWayIsATimeout() throws Exception {
		TcpProxy proxy = new TcpProxy(this.redis.port());
		try (QueueingLockService service = service(proxy.url(),
				(settings) -> settings.withLocalHandoffs(1, Duration.ZERO))) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> holder = service.execute(LockRequest.of("k"), (lease) -> {
				started.complete(null);
				return end;
			});
			started.get(10, TimeUnit.SECONDS);
			proxy.rule((command) -> {
				if (FaultTest.runs(command, Script.ACQUIRE) || FaultTest.runs(command, Script.CLOSE)) {
					FaultTest.lastFor(150);
				}
				return TcpProxy.Fate.PASS;
			});
			CompletableFuture<Integer> result = service.execute(
					LockRequest.of("k").waitingAtMost(Duration.ofMillis(300)).orSkip(),
					(lease) -> CompletableFuture.completedFuture(1));
			Thread.sleep(240);
			end.complete(null);
			holder.get(10, TimeUnit.SECONDS);
			Object outcome = result.handle((value, failure) -> (failure != null) ? failure : String.valueOf(value))
				.get(10, TimeUnit.SECONDS);
			assertThat(outcome).isEqualTo("null");
		}
		finally {
			proxy.close();
		}
	}

}
