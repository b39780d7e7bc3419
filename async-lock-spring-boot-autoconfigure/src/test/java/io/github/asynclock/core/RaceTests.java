package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races, each run very often: every time exactly one side wins, over all times each side
 * wins sometimes (else it was no race), and afterwards nothing is left: no entry in the
 * map, none in the timer, no key taken.
 */
class RaceTests {

	private static final int TIMES = Proofs.pick(100_000, 1_000_000);

	private static final LockRequest ONE = LockRequest.of("a").waitingAtMost(Duration.ofMinutes(5));

	private static final LockRequest SEVERAL = LockRequest.of("a", "b", "c").waitingAtMost(Duration.ofMinutes(5));

	private final ExecutorService executor = Executors.newFixedThreadPool(2);

	private final QueueingLockService service = QueueingLockService.builder(new LocalLockStore())
		.executor(this.executor)
		.build();

	private final Outcomes outcomes = new Outcomes();

	@AfterEach
	void close() {
		this.service.close();
		this.executor.shutdownNow();
	}

	@Test
	void cancelAgainstGrant_future() throws Exception {
		cancelAgainstGrant((run) -> {
			CompletableFuture<String> result = this.service.execute(ONE, (lease) -> {
				run.ran();
				return CompletableFuture.completedFuture("done");
			});
			return () -> result.cancel(false);
		});
	}

	@Test
	void cancelAgainstGrant_mono() throws Exception {
		cancelAgainstGrant((run) -> {
			Disposable subscription = this.service.executeMono(ONE, (lease) -> {
				run.ran();
				return Mono.just("done");
			}).subscribe();
			return subscription::dispose;
		});
	}

	@Test
	void cancelAgainstGrant_flux() throws Exception {
		cancelAgainstGrant((run) -> {
			Disposable subscription = this.service.executeFlux(ONE, (lease) -> {
				run.ran();
				return Flux.just("one", "two");
			}).subscribe();
			return subscription::dispose;
		});
	}

	@Test
	void cancelAgainstGrant_severalKeys() throws Exception {
		cancelAgainstGrant((run) -> {
			CompletableFuture<String> result = this.service.execute(SEVERAL, (lease) -> {
				run.ran();
				return CompletableFuture.completedFuture("done");
			});
			return () -> result.cancel(false);
		});
	}

	@Test
	void cancelAgainstGrant_monoOfSeveralKeys() throws Exception {
		cancelAgainstGrant((run) -> {
			Disposable subscription = this.service.executeMono(SEVERAL, (lease) -> {
				run.ran();
				return Mono.just("done");
			}).subscribe();
			return subscription::dispose;
		});
	}

	private void cancelAgainstGrant(Function<Run, Runnable> wait) throws Exception {
		LockEngine engine = this.service.engine();
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, TIMES); i++) {
				CompletableFuture<String> held = new CompletableFuture<>();
				this.service.execute("a", () -> held);
				Run run = new Run();
				Runnable cancel = wait.apply(run);
				pair.together(() -> held.complete("over"), cancel);
				awaitIdle(engine);
				this.outcomes.count(run.runs.get());
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void timeoutAgainstGrant() throws Exception {
		LockEngine engine = TestEngines.withoutThreads();
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, TIMES); i++) {
				SoloLease holder = engine.takeNow("a", engine.terms("a", null), null);
				Told told = new Told(engine);
				PendingAcquire waiter = new PendingAcquire("a", told);
				engine.take(waiter, DeadlineWheel.in(Long.MAX_VALUE), true);
				pair.together(() -> end(engine, holder), waiter::expire);

				assertThat(told.runs.get() + told.timeouts.get()).isOne();
				this.outcomes.count(told.runs.get());
				end(engine, waiter.lease());
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void timeoutAgainstGrant_withRealTimers() throws Exception {
		LockEngine engine = this.service.engine();
		int rounds = Proofs.pick(20, 200);
		for (int round = 0; round < rounds; round++) {
			List<CompletableFuture<String>> results = new ArrayList<>();
			AtomicInteger runs = new AtomicInteger();
			CompletableFuture<String> held = new CompletableFuture<>();
			this.service.execute("a", () -> held);
			for (int i = 0; i < 2_000; i++) {
				LockRequest request = ONE
					.waitingAtMost(Duration.ofNanos(ThreadLocalRandom.current().nextLong(1, 20_000_000)));
				results.add(this.service.execute(request, (lease) -> {
					runs.incrementAndGet();
					return CompletableFuture.completedFuture("done");
				}));
			}
			Thread.sleep(5);
			held.complete("over");
			int granted = 0;
			for (CompletableFuture<String> result : results) {
				try {
					result.get(30, TimeUnit.SECONDS);
					granted++;
				}
				catch (ExecutionException ex) {
					assertThat(ex.getCause()).isInstanceOf(LockTimeoutException.class);
					this.outcomes.count(0);
				}
			}
			assertThat(runs).hasValue(granted);
			this.outcomes.ran += granted;
			awaitIdle(engine);
		}
		this.outcomes.requireBoth();
	}

	@Test
	void shutdownAgainstAcquire() throws Exception {
		int times = Proofs.pick(10_000, 200_000);
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, times); i++) {
				LockEngine engine = TestEngines.withoutThreads();
				Told told = new Told(engine);
				CompletableFuture<?>[] drained = new CompletableFuture<?>[1];
				PendingAcquire place = new PendingAcquire("a", told);
				pair.together(() -> {
					if (engine.take(place, DeadlineWheel.in(Long.MAX_VALUE), true)) {
						told.start(place);
					}
				}, () -> drained[0] = engine.shutdown());

				assertThat(told.runs.get() + told.refusals.get()).isOne();
				assertThat(drained[0].isDone()).isEqualTo(told.runs.get() == 0);
				this.outcomes.count(told.runs.get());
				end(engine, place.lease());
				assertThat(drained[0].isDone()).isTrue();
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void shutdownAgainstACallThatNeedNotWait() throws Exception {
		int times = Proofs.pick(10_000, 200_000);
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, times); i++) {
				LockEngine engine = TestEngines.withoutThreads();
				SoloLease[] lease = new SoloLease[1];
				CompletableFuture<?>[] drained = new CompletableFuture<?>[1];
				pair.together(() -> lease[0] = takeUnlessClosed(engine), () -> drained[0] = engine.shutdown());

				assertThat(drained[0].isDone()).isEqualTo(lease[0] == null);
				this.outcomes.count((lease[0] != null) ? 1 : 0);
				end(engine, lease[0]);
				assertThat(drained[0].isDone()).isTrue();
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	private static SoloLease takeUnlessClosed(LockEngine engine) {
		try {
			return engine.takeNow("a", engine.terms("a", null), null);
		}
		catch (LockClosedException ex) {
			return null;
		}
	}

	@Test
	void shutdownWhileManyEnterAndLeave() throws Exception {
		for (int round = 0; round < Proofs.pick(50, 1_000); round++) {
			QueueingLockService closing = QueueingLockService.builder(new LocalLockStore())
				.executor(this.executor)
				.build();
			AtomicInteger running = new AtomicInteger();
			List<CompletableFuture<String>> results = Collections.synchronizedList(new ArrayList<>());
			Runnable caller = () -> {
				for (int i = 0; i < 500; i++) {
					results.add(closing.execute("key" + (i % 3), () -> {
						running.incrementAndGet();
						return CompletableFuture.supplyAsync(() -> {
							running.decrementAndGet();
							return "done";
						}, this.executor);
					}));
				}
			};
			Thread one = new Thread(caller);
			Thread two = new Thread(caller);
			one.start();
			two.start();
			Thread.sleep(ThreadLocalRandom.current().nextInt(4));
			closing.shutdown().get(30, TimeUnit.SECONDS);
			assertThat(running).hasValue(0);
			one.join();
			two.join();
			for (CompletableFuture<String> result : results) {
				try {
					result.get(30, TimeUnit.SECONDS);
				}
				catch (ExecutionException ex) {
					assertThat(ex.getCause()).isInstanceOf(LockClosedException.class);
				}
			}
			assertThat(running).hasValue(0);
			awaitIdle(closing.engine());
			closing.close();
		}
	}

	@Test
	void lossAgainstNormalEnd() throws Exception {
		LockEngine engine = TestEngines.withoutThreads();
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, TIMES); i++) {
				SoloLease lease = engine.takeNow("a", engine.terms("a", null), null);
				AtomicInteger lost = new AtomicInteger();
				AtomicInteger ended = new AtomicInteger();
				lease.watch((reason, deliveries) -> lost.incrementAndGet());
				Told told = new Told(engine);
				PendingAcquire waiter = new PendingAcquire("a", told);
				engine.take(waiter, DeadlineWheel.in(Long.MAX_VALUE), true);
				pair.together(() -> lease.lose(Messages.abandoned(lease.keys())), () -> {
					if (lease.end()) {
						ended.incrementAndGet();
						engine.handOver(lease.giveBack());
					}
				});

				// A lease that ended normally may still tell its watchers; its call is
				// over.
				assertThat(ended.get() + lost.get()).isPositive();
				assertThat(told.runs).hasValue(1);
				this.outcomes.count(ended.get());
				end(engine, waiter.lease());
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void childsEndAgainstParentsEnd() throws Exception {
		LockEngine engine = TestEngines.withoutThreads();
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, TIMES); i++) {
				boolean losing = i % 3 == 0;
				SoloLease parent = engine.takeNow("a", engine.terms("a", null), null);
				SoloLease child = engine.takeNow("a", engine.terms("a", null), parent);
				Told told = new Told(engine);
				PendingAcquire waiter = new PendingAcquire("a", told);
				engine.take(waiter, DeadlineWheel.in(Long.MAX_VALUE), true);
				int[] first = new int[1];
				pair.together(() -> {
					if (losing) {
						parent.lose(Messages.abandoned(parent.keys()));
					}
					else {
						end(engine, parent);
					}
					first[0] = told.runs.get();
				}, () -> end(engine, child));

				assertThat(told.runs).hasValue(1);
				assertThat(parent.isRunning() || child.isRunning()).isFalse();
				this.outcomes.count((losing) ? i & 1 : first[0]);
				end(engine, waiter.lease());
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void aChildThatStartsAgainstItsParentsEndReEntersOrQueues() throws Exception {
		LockEngine engine = TestEngines.withoutThreads();
		try (Pair pair = new Pair()) {
			for (int i = 0; this.outcomes.goOn(i, TIMES); i++) {
				SoloLease parent = engine.takeNow("a", engine.terms("a", null), null);
				SoloLease[] child = new SoloLease[1];
				pair.together(() -> end(engine, parent),
						() -> child[0] = engine.takeNow("a", engine.terms("a", null), parent));
				if (child[0] != null) {
					assertThat(child[0].place.state()).isOne();
					assertThat(engine.queues().isBusy("a")).isTrue();
					this.outcomes.count((child[0].place == parent) ? 1 : 0);
					end(engine, child[0]);
				}
				assertThat(TestEngines.isIdle(engine)).isTrue();
			}
		}
		this.outcomes.requireBoth();
	}

	@Test
	void manyNeighboursWithdrawnInAnyOrderWhileTheHolderHandsOver() throws Exception {
		int waiters = 2_000;
		for (int round = 0; round < Proofs.pick(100, 1_000); round++) {
			LockEngine engine = TestEngines.withoutThreads();
			SoloLease holder = engine.takeNow("a", engine.terms("a", null), null);
			List<Told> told = new ArrayList<>();
			List<PendingAcquire> places = new ArrayList<>();
			for (int i = 0; i < waiters; i++) {
				told.add(new Told(engine));
				places.add(new PendingAcquire("a", told.get(i)));
				engine.take(places.get(i), DeadlineWheel.in(Long.MAX_VALUE), true);
			}
			AtomicInteger withdrawn = new AtomicInteger();
			List<PendingAcquire> victims = new ArrayList<>(places);
			Collections.shuffle(victims, new Random(round));
			victims = victims.subList(0, waiters - 200);
			CyclicBarrier start = new CyclicBarrier(3);
			Thread one = withdrawing(victims.subList(0, victims.size() / 2), withdrawn, start);
			Thread two = withdrawing(victims.subList(victims.size() / 2, victims.size()), withdrawn, start);
			start.await();
			if (round % 2 == 0) { // else the holder stays until all are withdrawn
				end(engine, holder);
				for (PendingAcquire place : places) {
					end(engine, place.lease());
				}
			}
			one.join();
			two.join();
			if (round % 2 != 0) {
				assertThat(linksAfter(holder)).isLessThanOrEqualTo(200 + 1);
				end(engine, holder);
			}
			for (PendingAcquire place : places) {
				end(engine, place.lease());
			}
			int runs = told.stream().mapToInt((each) -> each.runs.get()).sum();
			assertThat(runs + withdrawn.get()).isEqualTo(waiters);
			assertThat(TestEngines.isIdle(engine)).isTrue();
		}
	}

	private static Thread withdrawing(List<PendingAcquire> places, AtomicInteger withdrawn, CyclicBarrier start) {
		Thread thread = new Thread(() -> {
			Pair.await(start);
			for (PendingAcquire place : places) {
				if (place.withdraw()) {
					withdrawn.incrementAndGet();
				}
			}
		});
		thread.start();
		return thread;
	}

	private static int linksAfter(Link link) {
		int count = 0;
		for (Link at = link.next; at != null; at = at.next) {
			count++;
		}
		return count;
	}

	private static void end(LockEngine engine, HeldLease lease) {
		if (lease != null && lease.end()) {
			engine.handOver(lease.giveBack());
		}
	}

	private static void awaitIdle(LockEngine engine) {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		while (!TestEngines.isIdle(engine)) {
			if (System.nanoTime() - until > 0) {
				throw new AssertionError("a key or a timer is left");
			}
			Thread.yield();
		}
	}

	/** One wait of which the action counts itself. */
	private static final class Run {

		private final AtomicInteger runs = new AtomicInteger();

		private void ran() {
			this.runs.incrementAndGet();
		}

	}

	/** How often each side has won. */
	private static final class Outcomes {

		private int ran;

		private int ranNot;

		private final long start = System.nanoTime();

		/**
		 * Until both sides have won, but not for ever: where processors are scarce, one
		 * may win long.
		 */
		private boolean goOn(int round, int times) {
			boolean both = this.ran > 0 && this.ranNot > 0;
			return round < times || (!both && System.nanoTime() - this.start < TimeUnit.SECONDS.toNanos(60));
		}

		private void count(int runs) {
			assertThat(runs).isBetween(0, 1);
			this.ran += runs;
			this.ranNot += 1 - runs;
		}

		private void requireBoth() {
			assertThat(this.ran).isPositive();
			assertThat(this.ranNot).isPositive();
		}

	}

	/** Two threads that start together, as nearly as can be. */
	private static final class Pair implements AutoCloseable {

		private static final Runnable STOP = () -> {
		};

		private volatile int round;

		private volatile int done;

		private volatile Runnable task = STOP;

		private volatile Throwable failure;

		private final Thread second = new Thread(this::loop);

		private Pair() {
			this.second.start();
		}

		private void loop() {
			for (int next = 1;; next++) {
				for (int spins = 0; this.round < next; spins++) {
					pause(spins);
				}
				Runnable task = this.task;
				if (task == STOP) {
					return;
				}
				try {
					task.run();
				}
				catch (Throwable ex) {
					this.failure = ex;
				}
				this.done = next;
			}
		}

		private void together(Runnable first, Runnable second) {
			this.task = second;
			int next = this.round + 1;
			this.round = next;
			// A little before or after, so that each side wins sometimes.
			for (int spin = ThreadLocalRandom.current().nextInt(60); spin > 0; spin--) {
				Thread.onSpinWait();
			}
			first.run();
			for (int spins = 0; this.done < next; spins++) {
				pause(spins);
			}
			assertThat(this.failure).isNull();
		}

		private static void pause(int spins) {
			if (spins > 1_000) {
				Thread.yield();
			}
			Thread.onSpinWait();
		}

		private static void await(CyclicBarrier barrier) {
			try {
				barrier.await();
			}
			catch (InterruptedException | BrokenBarrierException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void close() throws InterruptedException {
			this.task = STOP;
			this.round = this.round + 1;
			this.second.join();
		}

	}

	/** Counts what it is told. */
	private static final class Told extends TestCall {

		private final AtomicInteger runs = new AtomicInteger();

		private final AtomicInteger timeouts = new AtomicInteger();

		private final AtomicInteger refusals = new AtomicInteger();

		private Told(LockEngine engine) {
			super(engine.terms("any", null));
		}

		@Override
		public PendingAcquire run(HeldLease lease) {
			this.runs.incrementAndGet();
			return null;
		}

		@Override
		public void timedOut() {
			this.timeouts.incrementAndGet();
		}

		@Override
		public void refused(LockException reason) {
			this.refusals.incrementAndGet();
		}

	}

}
