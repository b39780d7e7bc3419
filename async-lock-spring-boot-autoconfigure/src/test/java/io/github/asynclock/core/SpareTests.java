package io.github.asynclock.core;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SpareTests {

	private final Spare spare = new Spare("spare", 4);

	@AfterEach
	void close() {
		this.spare.close();
	}

	private static boolean isDone(CountDownLatch latch) throws InterruptedException {
		return latch.await(20, TimeUnit.SECONDS);
	}

	private void run(int tasks) throws InterruptedException {
		CountDownLatch ran = new CountDownLatch(tasks);
		for (int i = 0; i < tasks; i++) {
			this.spare.execute(ran::countDown);
		}
		assertThat(isDone(ran)).isTrue();
	}

	private static void blockUntil(CountDownLatch end) {
		try {
			end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * One task blocks when this returns.
	 * @return ends it
	 */
	private CountDownLatch blockOne() throws InterruptedException {
		CountDownLatch blocks = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.spare.execute(() -> {
			blocks.countDown();
			blockUntil(end);
		});
		assertThat(isDone(blocks)).isTrue();
		return end;
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 100_000 })
	void aTaskDoesNotWaitForOneThatBlocks(int shortOnesBefore) throws InterruptedException {
		run(shortOnesBefore);
		CountDownLatch end = new CountDownLatch(1);
		CountDownLatch ran = new CountDownLatch(1);
		for (int i = 0; i < 3; i++) {
			this.spare.execute(() -> blockUntil(end));
		}
		this.spare.execute(ran::countDown);
		assertThat(isDone(ran)).isTrue();
		end.countDown();
	}

	@Test
	void aTaskThatComesWhileOneBlocksAfterManyShortOnesIsRun() throws InterruptedException {
		run(100_000);
		CountDownLatch end = blockOne();
		run(1);
		run(1_000);
		end.countDown();
	}

	@Test
	void whatIsLeftWhenItIsClosedIsRun() throws InterruptedException {
		run(100_000);
		CountDownLatch end = blockOne();
		CountDownLatch ran = new CountDownLatch(2);
		this.spare.execute(ran::countDown);
		this.spare.close();
		this.spare.execute(ran::countDown);
		assertThat(isDone(ran)).isTrue();
		end.countDown();
	}

	@Test
	void allTasksOfManyThreadsAreRun() throws InterruptedException {
		int each = 200_000;
		AtomicInteger ran = new AtomicInteger();
		CountDownLatch all = new CountDownLatch(4 * each);
		Thread[] threads = new Thread[4];
		for (int i = 0; i < threads.length; i++) {
			threads[i] = new Thread(() -> {
				for (int task = 0; task < each; task++) {
					this.spare.execute(() -> {
						ran.incrementAndGet();
						all.countDown();
					});
					if (task % 1_000 == 0) {
						Thread.yield();
					}
				}
			});
		}
		Arrays.stream(threads).forEach(Thread::start);
		assertThat(isDone(all)).isTrue();
		assertThat(ran).hasValue(4 * each);
	}

}
