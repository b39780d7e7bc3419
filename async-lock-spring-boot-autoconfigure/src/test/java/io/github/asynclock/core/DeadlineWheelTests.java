package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Deadlines: all are met, never early, and not a round of the wheel too late, however
 * late an entry was added.
 */
class DeadlineWheelTests {

	/** Far below a round of the wheel, 4.3 s. */
	private static final long LATE_MILLIS = 2_000;

	private final DeadlineWheel wheel = new DeadlineWheel("test-timer");

	@AfterEach
	void close() {
		this.wheel.close();
	}

	@Test
	void aDeadlineThatHasPassedWhenItIsAddedIsMetAtOnce() throws Exception {
		CountDownLatch met = new CountDownLatch(1);
		this.wheel.add(new Alarm(DeadlineWheel.now() - Duration.ofMillis(50).toNanos(), met::countDown));

		assertThat(met.await(LATE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
	}

	@Test
	void aDeadlineThatHasPassedIsMetWhileTheThreadSleepsForAnother() throws Exception {
		this.wheel.add(new Alarm(DeadlineWheel.in(Duration.ofSeconds(60).toNanos()), () -> {
		}));
		Thread.sleep(50);
		for (int i = 0; i < 20; i++) {
			CountDownLatch met = new CountDownLatch(1);
			this.wheel.add(new Alarm(DeadlineWheel.now() - Duration.ofMillis(i * 20).toNanos(), met::countDown));
			assertThat(met.await(LATE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
		}
	}

	@Test
	void fromManyThreadsAllAreMetInTimeAndNoneEarly() throws Exception {
		int threads = 4;
		int each = Proofs.pick(5_000, 100_000);
		CountDownLatch met = new CountDownLatch(threads * each);
		AtomicInteger early = new AtomicInteger();
		AtomicLong latest = new AtomicLong();
		List<Thread> adders = new ArrayList<>();
		for (int t = 0; t < threads; t++) {
			adders.add(new Thread(() -> {
				for (int i = 0; i < each; i++) {
					long deadline = DeadlineWheel.in(ThreadLocalRandom.current().nextLong(200_000_000L));
					if (i % 1000 == 0) {
						pause(); // its deadline is nearer, or over, once it is added
					}
					this.wheel.add(new Alarm(deadline, () -> {
						long late = DeadlineWheel.now() - deadline;
						if (late < 0) {
							early.incrementAndGet();
						}
						latest.accumulateAndGet(late, Math::max);
						met.countDown();
					}));
				}
			}));
		}
		adders.forEach(Thread::start);

		assertThat(met.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(early).hasValue(0);
		assertThat(Duration.ofNanos(latest.get())).isLessThan(Duration.ofMillis(LATE_MILLIS));
		assertThat(this.wheel.isEmpty()).isTrue();
	}

	@Test
	void addingAgainstRemovingLeavesNothing() throws Exception {
		int threads = 4;
		AtomicInteger met = new AtomicInteger();
		List<Thread> users = new ArrayList<>();
		for (int t = 0; t < threads; t++) {
			users.add(new Thread(() -> {
				for (int i = 0; i < Proofs.pick(50_000, 1_000_000); i++) {
					Alarm alarm = new Alarm(DeadlineWheel.in(Duration.ofSeconds(60).toNanos()), met::incrementAndGet);
					this.wheel.add(alarm);
					this.wheel.remove(alarm);
					this.wheel.remove(alarm);
				}
			}));
		}
		users.forEach(Thread::start);
		for (Thread user : users) {
			user.join();
		}

		assertThat(met).hasValue(0);
		assertThat(this.wheel.isEmpty()).isTrue();
	}

	private static void pause() {
		try {
			Thread.sleep(30);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
