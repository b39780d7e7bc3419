package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Callers that block.
 */
abstract class BlockingContract extends ServiceContract {

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void anInterruptWithdrawsTheWaiterAndKeepsTheFlag(int count) {
		String[] keys = (count == 1) ? new String[] { this.key } : new String[] { key("a"), this.key };
		Call holder = hold(this.key);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		AtomicBoolean flag = new AtomicBoolean();
		AtomicInteger runs = new AtomicInteger();
		CompletableFuture<Void> over = new CompletableFuture<>();
		Thread thread = start(() -> {
			try {
				service().executeBlocking(patient(keys), (lease) -> runs.incrementAndGet());
			}
			catch (Throwable ex) {
				thrown.set(ex);
			}
			flag.set(Thread.currentThread().isInterrupted());
			over.complete(null);
		});
		until(() -> thread.getState() == Thread.State.WAITING);
		Call next = call(patient(keys));
		thread.interrupt();
		get(over);
		assertThat(thrown.get()).isExactlyInstanceOf(LockException.class)
			.hasMessageContaining(this.key)
			.hasMessageContaining("interrupted");
		assertThat(((LockException) thrown.get()).keys())
			.containsExactly(LockRequest.of(keys).keys().toArray(String[]::new));
		assertThat(flag).isTrue();
		assertThat(next.hasStarted()).isFalse();
		holder.release();
		next.release();
		assertThat(runs).hasValue(0);
		assertThat(isFree(keys)).isTrue();
	}

	@Test
	void aThreadThatIsInterruptedBeforeItWouldWaitDoesNotWait() {
		Call holder = hold(this.key);
		Thread.currentThread().interrupt();
		try {
			service().executeBlocking(patient(this.key), (lease) -> "never");
			throw new AssertionError("did not throw");
		}
		catch (LockException ex) {
			assertThat(Thread.interrupted()).isTrue();
			assertThat(ex).hasMessageContaining("interrupted");
		}
		holder.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void anInterruptThatRacesTheGrantEitherRunsOrThrowsAndNeverLosesTheKey() {
		for (int i = 0; i < 1000; i++) {
			String[] keys = (i % 2 == 0) ? new String[] { this.key } : new String[] { this.key, this.key + "-2" };
			Call holder = hold(this.key);
			AtomicInteger outcomes = new AtomicInteger();
			CompletableFuture<Void> over = new CompletableFuture<>();
			Thread thread = start(() -> {
				try {
					service().executeBlocking(patient(keys), (lease) -> outcomes.incrementAndGet());
				}
				catch (LockException ex) {
					outcomes.incrementAndGet();
				}
				over.complete(null);
			});
			until(() -> thread.getState() == Thread.State.WAITING);
			CompletableFuture<Void> interrupt = CompletableFuture.runAsync(thread::interrupt);
			holder.end.complete("done");
			get(interrupt);
			get(over);
			assertThat(outcomes).hasValue(1);
			passThrough(keys);
		}
	}

	@Test
	void onAThreadThatMustNotBlockItIsRefused() {
		AtomicInteger runs = new AtomicInteger();
		Mono<Integer> blocking = Mono
			.fromCallable(() -> service().executeBlocking(LockRequest.of(this.key), (lease) -> runs.incrementAndGet()));
		CompletableFuture<Integer> onParallel = blocking.subscribeOn(Schedulers.parallel()).toFuture();
		assertThat(failure(onParallel)).isExactlyInstanceOf(IllegalStateException.class)
			.hasMessageContaining(this.key)
			.hasMessageContaining("parallel");
		assertThat(runs).hasValue(0);
		CompletableFuture<Integer> onElastic = blocking.subscribeOn(Schedulers.boundedElastic()).toFuture();
		assertThat(get(onElastic)).isEqualTo(1);
	}

	@Test
	void twoHundredThreadsExcludeEachOther() {
		List<Thread> threads = new ArrayList<>();
		assertExclusive(200, (task) -> {
			Thread thread = new Thread(task, "platform");
			thread.setDaemon(true);
			threads.add(thread);
			thread.start();
		});
		threads.forEach((thread) -> until(() -> !thread.isAlive()));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void aThousandVirtualThreadsExcludeEachOther() throws Exception {
		// Compiled for 17.
		var startVirtualThread = Thread.class.getMethod("startVirtualThread", Runnable.class);
		assertExclusive(1000, (task) -> {
			try {
				startVirtualThread.invoke(null, task);
			}
			catch (ReflectiveOperationException ex) {
				throw new AssertionError(ex);
			}
		});
	}

	private void assertExclusive(int threads, java.util.concurrent.Executor starter) {
		ExclusionContract.Detector detector = new ExclusionContract.Detector();
		int[] unguarded = new int[1];
		List<CompletableFuture<Void>> ended = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			ended.add(end);
			LockRequest request = (i % 10 == 0) ? patient(this.key, key("z")) : patient(this.key);
			starter.execute(() -> {
				try {
					for (int round = 0; round < 10; round++) {
						service().executeBlocking(request, (lease) -> {
							detector.enter();
							unguarded[0]++;
							Thread.yield();
							detector.leave();
							return null;
						});
					}
					end.complete(null);
				}
				catch (Throwable ex) {
					end.completeExceptionally(ex);
				}
			});
		}
		ended.forEach(ServiceContract::get);
		detector.verify();
		assertThat(unguarded[0]).isEqualTo(threads * 10);
		assertThat(isFree(this.key)).isTrue();
	}

}
