package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where an action runs, on any kind of executor, and with which context.
 */
abstract class ExecutionContract extends ServiceContract {

	private final List<ExecutorService> executors = new ArrayList<>();

	private <E extends ExecutorService> E keep(E executor) {
		this.executors.add(executor);
		return executor;
	}

	private ExecutorService single(String name) {
		return keep(Executors.newSingleThreadExecutor((task) -> {
			Thread thread = new Thread(task, name);
			thread.setDaemon(true);
			return thread;
		}));
	}

	@AfterEach
	void stopExecutors() {
		this.executors.forEach(ExecutorService::shutdownNow);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void grantedAfterWaitingTheActionStartsOnTheExecutor(Form form) {
		use((builder) -> builder.executor(single("executor")));
		Call holder = hold(this.key);
		Call waiting = call(form, patient(this.key));
		Call ofSeveral = call(form, patient(this.key, key("z")));
		start(() -> holder.end.complete("done"));
		waiting.lease();
		if (form == Form.BLOCKING) {
			assertThat(waiting.thread.getName()).isEqualTo("test");
			waiting.release();
			ofSeveral.lease();
			assertThat(ofSeveral.thread.getName()).isEqualTo("test");
		}
		else {
			assertThat(waiting.thread.getName()).isEqualTo("executor");
			waiting.release();
			ofSeveral.lease();
			assertThat(ofSeveral.thread.getName()).isEqualTo("executor");
		}
		ofSeveral.release();
	}

	@Test
	void neverOnTheTimersThreadNorOnTheThreadThatCompletes_alsoWithADirectExecutorWhereALeastHoldEnds() {
		use((builder) -> builder.executor(Runnable::run));
		get(service().execute(LockRequest.of(this.key).heldAtLeast(Duration.ofMillis(50)), (lease) -> done("first")));
		Call waiting = call(patient(this.key));
		waiting.lease();
		assertThat(waiting.thread.getName()).doesNotContain("timer");
		waiting.release();
	}

	@Test
	void timeoutsAndLossesAreNotToldOnTheTimersThread() {
		Call holder = hold(this.key);
		CompletableFuture<String> timedOut = call(LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(20))).result
			.handle((value, failure) -> Thread.currentThread().getName());
		CompletableFuture<String> lost = call(LockRequest.of(key("other")).heldAtMost(Duration.ofMillis(50))).result
			.handle((value, failure) -> Thread.currentThread().getName());
		assertThat(get(timedOut)).doesNotContain("timer");
		assertThat(get(lost)).doesNotContain("timer");
		holder.release();
	}

	@Test
	void aCallbackOfATimeoutThatBlocksDoesNotStopOtherTimeouts() {
		Call holder = hold(this.key);
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture<String> first = call(LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(10))).result
			.handle((value, failure) -> {
				blocked.countDown();
				await(goOn);
				return "blocked";
			});
		await(blocked);
		failure(call(LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(10))).result);
		goOn.countDown();
		get(first);
		holder.release();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void manyWaitersOfAllKindsAreServedOnAnyExecutor(Kind kind) {
		use((builder) -> builder.executor(kind.executor(this)));
		Call holder = hold(this.key);
		ExclusionContract.Detector detector = new ExclusionContract.Detector();
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			Form form = (i % 20 == 0) ? Form.BLOCKING : Form.values()[i % 3];
			LockRequest request = (i % 7 == 0) ? patient(this.key, key("z")) : patient(this.key);
			boolean async = i % 5 == 0;
			results.add(form.run(service(), request, (lease) -> {
				detector.enter();
				if (async) {
					return CompletableFuture.supplyAsync(() -> {
						detector.leave();
						return "ran";
					});
				}
				detector.leave();
				return done("ran");
			}));
		}
		holder.release();
		results.forEach((result) -> assertThat(get(result)).isEqualTo("ran"));
		detector.verify();
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void fiftyThousandWaitersOnADirectExecutorDoNotOverflowTheStack(Form form) {
		use((builder) -> builder.executor(Runnable::run));
		Call holder = hold(this.key);
		AtomicInteger served = new AtomicInteger();
		AtomicInteger wrong = new AtomicInteger();
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 50_000; i++) {
			int number = i;
			results.add(form.run(service(), patient(this.key), (lease) -> {
				if (served.getAndIncrement() != number) {
					wrong.incrementAndGet();
				}
				return done("ran");
			}));
		}
		holder.release();
		results.forEach(ServiceContract::get);
		assertThat(served).hasValue(50_000);
		assertThat(wrong).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "OWN", "POOL" })
	void aCallbackThatBlocksOnALaterResultOfTheSameKeyDoesNotHang(Kind kind) {
		use((builder) -> builder.executor(kind.executor(this)));
		for (Form first : Form.values()) {
			for (Form later : Form.values()) {
				for (boolean async : new boolean[] { true, false }) {
					Call holder = hold(this.key);
					CompletableFuture<String> end = async ? new CompletableFuture<>() : done("first");
					CompletableFuture<String> one = first.run(service(), patient(this.key), (lease) -> end);
					CompletableFuture<String> two = later.run(service(), patient(this.key), (lease) -> done("later"));
					CompletableFuture<String> inCallback = one.thenApply((value) -> get(two));
					holder.release();
					end.complete("first");
					assertThat(get(inCallback)).isEqualTo("later");
				}
			}
		}
	}

	@Test
	void aCallbackThatIsAddedWhileTheResultIsDeliveredMayBlockOnALaterResult() {
		long begun = System.nanoTime();
		for (int i = 0; goOn(i, 10_000, begun); i++) {
			Call holder = hold(this.key);
			CompletableFuture<String> one = service().execute(patient(this.key), (lease) -> done("first"));
			CompletableFuture<String> two = service().execute(patient(this.key), (lease) -> done("later"));
			CompletableFuture.runAsync(() -> holder.end.complete("done"));
			for (int spins = i % 500; spins > 0 && !one.isDone(); spins--) {
				Thread.onSpinWait();
			}
			assertGiven(one.thenApply((value) -> get(two))).isEqualTo("later");
		}
	}

	@Test
	void aBlockingCallerOfSeveralKeysOnTheOnlyThreadOfTheExecutorDoesNotHang() {
		ExecutorService only = single("only");
		use((builder) -> builder.executor(only));
		Call holder = hold(key("a"));
		CountDownLatch calling = new CountDownLatch(1);
		AtomicReference<Thread> thread = new AtomicReference<>();
		CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> {
			thread.set(Thread.currentThread());
			calling.countDown();
			return service().executeBlocking(patient(key("a"), key("b")), (lease) -> "ran");
		}, only);
		await(calling);
		until(() -> thread.get().getState() == Thread.State.WAITING);
		holder.release();
		assertThat(get(result)).isEqualTo("ran");
	}

	@Test
	void aBlockingCallerOnTheOnlyThreadOfTheExecutorDoesNotHang() {
		ExecutorService only = single("only");
		use((builder) -> builder.executor(only));
		Call holder = hold(this.key);
		AtomicReference<Thread> thread = new AtomicReference<>();
		CompletableFuture<String> result = CompletableFuture.supplyAsync(() -> {
			thread.set(Thread.currentThread());
			return service().executeBlocking(patient(this.key), (lease) -> "ran");
		}, only);
		until(() -> thread.get() != null && thread.get().getState() == Thread.State.WAITING);
		holder.release();
		assertThat(get(result)).isEqualTo("ran");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anExecutorThatRejectsDoesNotLoseTheKey(Form form) {
		use((builder) -> builder.executor((task) -> {
			throw new RejectedExecutionException("full");
		}));
		Call holder = hold(this.key);
		Call waiting = call(form, patient(this.key));
		Call ofSeveral = call(form, patient(this.key, key("z")));
		holder.release();
		waiting.release();
		ofSeveral.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anExecutorThatFailsDoesNotLoseTheKeyNorTheResultOfTheOneBefore(Form form) {
		use((builder) -> builder.executor((task) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}));
		Call holder = hold(this.key);
		Call waiting = call(form, patient(this.key));
		start(() -> holder.end.complete("done"));
		assertThat(get(holder.result)).isEqualTo("done");
		waiting.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void theCallersContextIsRestoredAndWhatTheCallerHadNotIsAbsent(Form form) {
		ExecutorService executor = single("executor");
		// The thread that will run the actions has a value of its own.
		get(CompletableFuture.runAsync(() -> UserContext.USER.set("the thread's own"), executor));
		use((builder) -> builder.executor(executor).contextCarrier(new UserContext()));
		for (String[] keys : new String[][] { { this.key }, { this.key, key("z") } }) {
			Call holder = hold(this.key);
			UserContext.USER.set("ann");
			CompletableFuture<String> ann = form.run(service(), patient(keys), UserContext::read);
			UserContext.USER.set("bob");
			CompletableFuture<String> bob = form.run(service(), patient(keys), UserContext::read);
			UserContext.USER.remove();
			CompletableFuture<String> nobody = form.run(service(), patient(keys), UserContext::read);
			holder.release();
			assertThat(get(ann)).isEqualTo("ann");
			assertThat(get(bob)).isEqualTo("bob");
			assertThat(get(nobody)).isEqualTo("none");
			assertThat(get(CompletableFuture.supplyAsync(UserContext.USER::get, executor)))
				.isEqualTo("the thread's own");
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void aCarrierThatFailsDoesNotLoseTheKey(Form form) {
		use((builder) -> builder.contextCarrier(new ContextCarrier() {
			@Override
			public @Nullable Object capture() {
				return "captured";
			}

			@Override
			public @Nullable Scope restore(@Nullable Object captured) {
				throw new IllegalStateException("cannot restore");
			}
		}));
		Call holder = hold(this.key);
		Call waiting = call(form, patient(this.key));
		holder.release();
		until(() -> waiting.result.isDone() || waiting.hasStarted());
		waiting.end.complete("done");
		passThroughElsewhere();
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void aCarrierThatFailsToPutTheContextBackDoesNotLoseTheKey(Form form) {
		use((builder) -> builder.contextCarrier(new ContextCarrier() {
			@Override
			public @Nullable Object capture() {
				return "captured";
			}

			@Override
			public @Nullable Scope restore(@Nullable Object captured) {
				return () -> {
					throw new IllegalStateException("cannot put back");
				};
			}
		}));
		Call holder = hold(this.key);
		CompletableFuture<String> one = form.run(service(), patient(this.key), (lease) -> done("one"));
		CompletableFuture<String> two = form.run(service(), patient(this.key), (lease) -> done("two"));
		holder.release();
		until(() -> one.isDone() && two.isDone());
		passThroughElsewhere();
	}

	/** By a call that does not depend on the carrier. */
	private void passThroughElsewhere() {
		until(() -> !get(service().isLocked(this.key).toFuture()));
	}

	@Test
	void theEnginesOwnThreadsDoNotInheritTheFirstCallersValues() {
		InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
		for (int i = 0; i < 3; i++) {
			Call holder = hold(this.key);
			CompletableFuture<String> waiting = service().execute(patient(this.key),
					(lease) -> done(String.valueOf(inheritable.get())));
			inheritable.set("the first caller's");
			holder.release();
			assertThat(get(waiting)).isEqualTo("null");
		}
		inheritable.remove();
	}

	/** Carries one value. */
	private static final class UserContext implements ContextCarrier {

		private static final ThreadLocal<@Nullable String> USER = new ThreadLocal<>();

		private static CompletableFuture<String> read(Object lease) {
			String user = USER.get();
			return done((user != null) ? user : "none");
		}

		@Override
		public @Nullable Object capture() {
			return USER.get();
		}

		@Override
		public Scope restore(@Nullable Object captured) {
			String own = USER.get();
			USER.set((String) captured);
			return () -> USER.set(own);
		}

	}

	/** Executors that applications have. */
	enum Kind {

		OWN {
			@Override
			Executor executor(ExecutionContract test) {
				return new Spare("own", 8);
			}
		},

		DIRECT {
			@Override
			Executor executor(ExecutionContract test) {
				return Runnable::run;
			}
		},

		SINGLE {
			@Override
			Executor executor(ExecutionContract test) {
				return test.single("single");
			}
		},

		POOL {
			@Override
			Executor executor(ExecutionContract test) {
				return test.keep(Executors.newFixedThreadPool(4));
			}
		},

		CALLER_RUNS_WHEN_SATURATED {
			@Override
			Executor executor(ExecutionContract test) {
				return test.keep(new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1),
						new ThreadPoolExecutor.CallerRunsPolicy()));
			}
		},

		REJECTING {
			@Override
			Executor executor(ExecutionContract test) {
				ExecutorService stopped = Executors.newSingleThreadExecutor();
				stopped.shutdown();
				return stopped;
			}
		},

		THREAD_PER_TASK {
			@Override
			Executor executor(ExecutionContract test) {
				return ServiceContract::start;
			}
		};

		abstract Executor executor(ExecutionContract test);

	}

}
