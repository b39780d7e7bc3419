package io.github.asynclock.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @Locked(waitTime = "0", onTimeout = SKIP)} with {@code @Scheduled}.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ScheduledRunTests {

	private final List<String> runs = new CopyOnWriteArrayList<>();

	private final Clock clock = new Clock();

	private final Work work = new Work();

	@ParameterizedTest
	@ValueSource(classes = { BlockingJob.class, FluxJob.class, MonoJob.class })
	void twoApplicationsNeverRunTheSameTickTwice(Class<?> job) {
		two(job, (one, other) -> {
			for (int tick = 0; tick < 5; tick++) {
				this.clock.tick = tick;
				// One after the other: the clock of the second is late.
				((tick % 2 == 0) ? one : other).tick();
				awaitRuns(tick + 1);
				((tick % 2 == 0) ? other : one).tick();
			}
			assertThat(this.runs).isEqualTo(ticks(5));
		});
	}

	/** Why the least hold has to cover the difference between the clocks. */
	@Test
	void withoutALeastHoldALateApplicationRunsTheTickAgain() {
		two(ShortJob.class, (one, other) -> {
			one.tick();
			other.tick();
			assertThat(this.runs).hasSize(2);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { BlockingJob.class, FluxJob.class, MonoJob.class })
	void aRunThatIsUnderWayInOneApplicationIsSkippedByTheOther(Class<?> job) {
		this.work.end = new CompletableFuture<>();
		two(job, (one, other) -> {
			CompletableFuture<Void> underWay = elsewhere(one);
			awaitRuns(1);
			other.tick();
			this.work.end.complete("done");
			get(underWay);
			assertThat(this.runs).hasSize(1);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ShortJob.class, ShortFluxJob.class, ShortMonoJob.class })
	void aLocalRunThatOverlapsIsSkipped(Class<?> job) {
		this.work.end = new CompletableFuture<>();
		application(job, "async-lock.provider=local").run((context) -> {
			TickingScheduler scheduler = context.getBean(TickingScheduler.class);
			CompletableFuture<Void> underWay = elsewhere(scheduler);
			awaitRuns(1);
			scheduler.tick();
			scheduler.tick();
			assertThat(this.runs).hasSize(1);
			this.work.end.complete("done");
			get(underWay);
			scheduler.tick();
			assertThat(this.runs).hasSize(2);
		});
	}

	private static CompletableFuture<Void> elsewhere(TickingScheduler scheduler) {
		return CompletableFuture.runAsync(scheduler::tick, (task) -> new Thread(task).start());
	}

	private void awaitRuns(int count) {
		while (this.runs.size() < count) {
			Thread.onSpinWait();
		}
	}

	private static List<String> ticks(int count) {
		return IntStream.range(0, count).mapToObj(String::valueOf).toList();
	}

	private void two(Class<?> job, TwoApplications test) {
		ApplicationContextRunner application = application(job, "async-lock.redis.url=" + TestRedis.shared().url(),
				"async-lock.redis.key-prefix=" + TestRedis.randomPrefix(), "async-lock.redis.command-timeout=20s");
		application.run((one) -> application
			.run((other) -> test.run(one.getBean(TickingScheduler.class), other.getBean(TickingScheduler.class))));
	}

	private ApplicationContextRunner application(Class<?> job, String... properties) {
		return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withPropertyValues(properties)
			.withUserConfiguration(Scheduling.class, job)
			.withBean(TickingScheduler.class)
			.withBean("clock", Clock.class, () -> this.clock)
			.withBean(Runs.class, () -> new Runs(this.runs, this.clock, this.work));
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** What two applications do. */
	@FunctionalInterface
	interface TwoApplications {

		void run(TickingScheduler one, TickingScheduler other);

	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class Scheduling {

	}

	/** Gives each tick a key of its own, so that no test waits for a least hold. */
	static class Clock {

		volatile int tick;

		public int tick() {
			return this.tick;
		}

	}

	static final class Work {

		volatile CompletableFuture<String> end = CompletableFuture.completedFuture("done");

	}

	record Runs(List<String> runs, Clock clock, Work work) {

		CompletableFuture<String> run() {
			this.runs.add(String.valueOf(this.clock.tick));
			return this.work.end;
		}

	}

	static class BlockingJob {

		private final Runs runs;

		BlockingJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job-' + @clock.tick()", waitTime = "0", onTimeout = OnTimeout.SKIP, holdAtLeast = "10m")
		public void run() {
			this.runs.run().join();
		}

	}

	static class FluxJob {

		private final Runs runs;

		FluxJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job-' + @clock.tick()", waitTime = "0", onTimeout = OnTimeout.SKIP, holdAtLeast = "10m")
		public Flux<String> run() {
			return Mono.fromFuture(this.runs.run()).flux();
		}

	}

	static class MonoJob {

		private final Runs runs;

		MonoJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job-' + @clock.tick()", waitTime = "0", onTimeout = OnTimeout.SKIP, holdAtLeast = "10m")
		public Mono<String> run() {
			return Mono.fromFuture(this.runs.run());
		}

	}

	static class ShortJob {

		private final Runs runs;

		ShortJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job'", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public void run() {
			this.runs.run().join();
		}

	}

	static class ShortFluxJob {

		private final Runs runs;

		ShortFluxJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job'", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Flux<String> run() {
			return Mono.fromFuture(this.runs.run()).flux();
		}

	}

	static class ShortMonoJob {

		private final Runs runs;

		ShortMonoJob(Runs runs) {
			this.runs = runs;
		}

		@Scheduled(fixedRate = 1, timeUnit = TimeUnit.HOURS)
		@Locked(key = "'job'", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Mono<String> run() {
			return Mono.fromFuture(this.runs.run());
		}

	}

}
