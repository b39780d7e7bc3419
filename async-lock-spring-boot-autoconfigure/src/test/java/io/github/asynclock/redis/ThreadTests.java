package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The application's threads are all busy, or its executor is late.
 */
class ThreadTests extends FaultTest {

	@Test
	void row23_allThreadsOfTheApplicationBlocked_renewalsSurvive() throws Exception {
		RedisProcess redis = redis();
		QueueingLockService service = closing(new OwnStore(redis.url(), (settings) -> settings)).service();
		ClientResources applications = DefaultClientResources.builder().ioThreadPoolSize(2).build();
		closing(() -> applications.shutdown(0, 1, TimeUnit.SECONDS).get());
		CompletableFuture<String> action = new CompletableFuture<>();
		AtomicBoolean lost = new AtomicBoolean();
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k"), (lease) -> {
			lease.lost().subscribe((none) -> {
			}, (failure) -> {
			}, () -> lost.set(true));
			started.complete(null);
			return action;
		});
		started.get(10, TimeUnit.SECONDS);
		CountDownLatch end = new CountDownLatch(1);
		int blocked = 0;
		try {
			blocked = blockAll(applications, end);
			lastFor(2 * Fleet.LEASE_MILLIS);
			assertThat(lost).as("lost").isFalse();
			assertThat(result).isNotDone();
		}
		finally {
			end.countDown();
		}
		action.complete("done");
		assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo("done");
		report(23, "threadsBlocked=" + blocked + " for=" + 2 * Fleet.LEASE_MILLIS + "ms lost=0");
	}

	/** More tasks than there are threads, on each pool that an application may share. */
	private static int blockAll(ClientResources resources, CountDownLatch end) throws Exception {
		List<CountDownLatch> busy = new ArrayList<>();
		int processors = Runtime.getRuntime().availableProcessors();
		Runnable block = () -> {
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		};
		for (int i = 0; i < 4 * processors + 8; i++) {
			ForkJoinPool.commonPool().execute(block);
		}
		for (Scheduler scheduler : List.of(Schedulers.parallel(), Schedulers.single(), Schedulers.boundedElastic(),
				Schedulers.immediate())) {
			int threads = (scheduler == Schedulers.boundedElastic()) ? 10 * processors : processors;
			for (int i = 0; i < threads && scheduler != Schedulers.immediate(); i++) {
				CountDownLatch runs = new CountDownLatch(1);
				if (i == 0) {
					busy.add(runs);
				}
				scheduler.schedule(() -> {
					runs.countDown();
					block.run();
				});
			}
		}
		resources.eventExecutorGroup().forEach((loop) -> {
			CountDownLatch runs = new CountDownLatch(1);
			busy.add(runs);
			loop.execute(() -> {
				runs.countDown();
				block.run();
			});
		});
		for (CountDownLatch latch : busy) {
			assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
		}
		return busy.size();
	}

	@Test
	void row24_theExecutorIsLate_theActionDoesNotStart_andTheGrantIsGivenBack() throws Exception {
		RedisProcess redis = redis();
		CountDownLatch late = new CountDownLatch(1);
		OwnStore store = closing(new OwnStore(redis.url(), (settings) -> settings,
				(builder) -> builder.leaseTime(Duration.ofMillis(500)).executor((task) -> {
					Thread thread = new Thread(() -> {
						try {
							late.await();
						}
						catch (InterruptedException ex) {
							return;
						}
						task.run();
					});
					thread.setDaemon(true);
					thread.start();
				})));
		AtomicBoolean ran = new AtomicBoolean();
		CompletableFuture<String> result = store.service().execute("k", () -> {
			ran.set(true);
			return CompletableFuture.completedFuture("ran");
		});
		RedisProcess.await("is granted", 10, () -> isTaken(redis, store));
		// Nobody renews for an action that has not started; then it is too late.
		redis.pause();
		lastFor(1_000);
		redis.resume();
		late.countDown();
		assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(LockException.class);
		assertThat(ran).isFalse();
		RedisProcess.await("is given back", 10, () -> !isTaken(redis, store));
		assertThat(
				store.service().execute("k", () -> CompletableFuture.completedFuture("next")).get(10, TimeUnit.SECONDS))
			.isEqualTo("next");
		report(24, "startedTooLate=refused givenBack=yes");
	}

	private static boolean isTaken(RedisProcess redis, OwnStore store) {
		return redis.keys("{" + store.prefix()).stream().anyMatch((name) -> name.contains("}:o:"));
	}

	@Test
	void row25_actionsBlockOnTheApplicationsOwnTemplate_noHang() throws Exception {
		RedisProcess redis = redis();
		QueueingLockService service = closing(new OwnStore(redis.url(), (settings) -> settings)).service();
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", redis.port()),
				LettuceClientConfiguration.builder().commandTimeout(Duration.ofSeconds(20)).build());
		factory.afterPropertiesSet();
		factory.start();
		closing(factory::destroy);
		StringRedisTemplate template = new StringRedisTemplate(factory);
		List<CompletableFuture<Long>> results = new ArrayList<>();
		int calls = pick(300, 5_000);
		for (int i = 0; i < calls; i++) {
			String key = "k" + i % 8;
			results.add(service.execute(key,
					() -> CompletableFuture.completedFuture(template.opsForValue().increment("count:" + key))));
			results.add(service
				.executeMono(key, () -> Mono.fromCallable(() -> template.opsForValue().increment("count:" + key)))
				.toFuture());
		}
		long sum = 0;
		CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
		for (int i = 0; i < 8; i++) {
			sum += Long.parseLong(template.opsForValue().get("count:k" + i));
		}
		assertThat(sum).isEqualTo(2L * calls);
		report(25, "actions=" + 2 * calls + " hung=0");
	}

}
