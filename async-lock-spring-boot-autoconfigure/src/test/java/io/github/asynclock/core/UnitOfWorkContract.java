package io.github.asynclock.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A lock taken inside a unit of work (a running transaction) is kept until that has
 * ended; until then its own calls re-enter it.
 */
abstract class UnitOfWorkContract extends ServiceContract {

	private final InheritedUnits units = new InheritedUnits();

	private final UnitOfWork work = UnitOfWork.begin(null);

	@BeforeEach
	void serviceWithUnits() {
		use((builder) -> builder.unitsOfWork(this.units));
	}

	private <T> T within(UnitOfWork work, Supplier<T> calls) {
		return this.units.within(work, calls);
	}

	private Call callWithin(UnitOfWork work, LockRequest request) {
		return within(work, () -> call(request));
	}

	private Call callWithin(UnitOfWork work, String... keys) {
		return callWithin(work, patient(keys));
	}

	private Call callWithin(String... keys) {
		return callWithin(this.work, keys);
	}

	private void end(UnitOfWork work) {
		get(work.end().toCompletableFuture());
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void keptUntilItHasEnded_theResultIsDeliveredBefore(Form form) {
		Call call = within(this.work, () -> hold(form, patient(this.key)));
		Call other = call(patient(this.key));
		call.release();
		assertGiven(call.result).isEqualTo("done");
		assertThat(other.hasStarted()).isFalse();
		assertThat(isFree(this.key)).isFalse();
		end(this.work);
		other.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void itsNextCallReentersThoughTheFirstHasEnded(Form form) {
		Call first = callWithin(this.key);
		first.release();
		for (Form next : Form.values()) {
			Call again = within(this.work, () -> call(next, atOnce(this.key)));
			assertThat(again.lease().fencingToken()).isEqualTo(first.lease().fencingToken());
			again.release();
		}
		Call last = within(this.work, () -> call(form, atOnce(this.key)));
		last.release();
		assertThat(isFree(this.key)).isFalse();
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void theNextOnesActionDoesNotStartOnTheThreadThatEndsIt() {
		use((builder) -> builder.unitsOfWork(this.units).executor(Runnable::run));
		callWithin(this.key).release();
		CompletableFuture<Thread> next = service().execute(patient(this.key), (lease) -> done(Thread.currentThread()));
		end(this.work);
		assertGiven(next).isNotSameAs(Thread.currentThread());
	}

	@Test
	void tenThousandParallelCallsRunOneByOneOnADirectExecutor() {
		use((builder) -> builder.unitsOfWork(this.units).executor(Runnable::run));
		Call first = callWithin(this.key);
		first.lease();
		AtomicInteger ran = new AtomicInteger();
		CompletableFuture<?>[] siblings = new CompletableFuture<?>[10_000];
		for (int i = 0; i < siblings.length; i++) {
			siblings[i] = within(this.work,
					() -> service().execute(patient(this.key), (lease) -> done(ran.incrementAndGet())));
		}
		first.release();
		get(CompletableFuture.allOf(siblings));
		assertThat(ran).hasValue(siblings.length);
		assertThat(get(siblings[siblings.length - 1])).as("in their order").isEqualTo(siblings.length);
		end(this.work);
		passThrough(this.key);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aParallelCallThatCannotBeStartedIsToldAndLeavesTheKeyToTheNext(CapturedOutput output) {
		use((builder) -> builder.unitsOfWork(this.units).executor(Runnable::run));
		Call first = callWithin(this.key);
		first.lease();
		List<LockException> told = new CopyOnWriteArrayList<>();
		HoldTerms failing = new HoldTerms(service().engine(), this.work) {
			@Override
			void granted(HeldLease lease) {
				throw new StackOverflowError("for a test");
			}
		};
		PendingAcquire place = new PendingAcquire(this.key, new TestCall(failing) {
			@Override
			public Collection<String> keys() {
				return List.of(UnitOfWorkContract.this.key);
			}

			@Override
			public void refused(LockException reason) {
				told.add(reason);
			}
		});
		assertThat(service().engine().take(place, DeadlineWheel.in(LONG.toNanos()), true)).isFalse();
		Call third = callWithin(this.key);
		first.release();
		third.release();
		assertThat(told).singleElement()
			.satisfies((failure) -> assertThat(failure).hasMessageContaining(this.key)
				.hasRootCauseInstanceOf(StackOverflowError.class));
		assertThat(output).contains("could not be started for [" + this.key);
		end(this.work);
		passThrough(this.key);
	}

	@Test
	void alsoWhereTheCallHadToWait() {
		Call holder = hold(this.key);
		Call call = callWithin(this.key);
		holder.release();
		call.release();
		assertThat(isFree(this.key)).isFalse();
		callWithin(this.work, atOnce(this.key)).release();
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aFailedActionsKeyIsKept_asTheTransactionMayCommitAllTheSame() {
		Call call = callWithin(this.key);
		call.lease();
		call.end.completeExceptionally(new IllegalStateException("failed"));
		assertThat(failure(call.result)).hasMessage("failed");
		assertThat(isFree(this.key)).isFalse();
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aFutureThatStillRunsAtTheEndIsReleasedAtItsOwn() {
		Call call = callWithin(this.key);
		call.lease();
		end(this.work);
		assertThat(isFree(this.key)).isFalse();
		assertThat(call.lease().isHeld()).isTrue();
		call.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aCallThatIsGrantedAfterTheEndIsNotKept() {
		Call holder = hold(this.key);
		Call late = callWithin(this.key);
		end(this.work);
		holder.release();
		late.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aCallAfterTheEndIsAnyones() {
		callWithin(this.key).release();
		end(this.work);
		callWithin(this.key).release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void othersDoNotReenter() {
		callWithin(this.key).release();
		assertThat(failure(call(atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		assertThat(failure(callWithin(UnitOfWork.begin(null), atOnce(this.key)).result))
			.isInstanceOf(LockTimeoutException.class);
		end(this.work);
	}

	@Test
	void itsParallelCallsExcludeEachOther_andDoNotWaitForItsEnd() {
		Call first = callWithin(this.key);
		first.lease();
		Call stranger = call(patient(this.key));
		Call second = callWithin(this.key);
		Call third = callWithin(this.key);
		assertThat(second.hasStarted()).isFalse();
		assertThat(failure(callWithin(this.work, atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		first.release();
		second.lease();
		assertThat(third.hasStarted()).isFalse();
		second.release();
		third.release();
		assertThat(stranger.hasStarted()).isFalse();
		end(this.work);
		stranger.release();
	}

	@Test
	void aParallelCallThatBeginsToWaitJustAsTheRunningOneEndsIsServed() {
		AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {
		});
		use((builder) -> builder.unitsOfWork(this.units).contextCarrier(new ContextCarrier() {
			@Override
			public @Nullable Object capture() {
				// It has found the key taken, and does not wait for it yet.
				meanwhile.get().run();
				return null;
			}

			@Override
			public @Nullable Scope restore(@Nullable Object captured) {
				return null;
			}
		}));
		Call first = callWithin(this.key);
		first.lease();
		meanwhile.set(first::release);
		Call second = callWithin(this.key);
		second.release();
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void nobodyOvertakesAParallelCallThatWaits() {
		Call first = callWithin(this.key);
		Link place = ((HeldLease) first.lease()).place(this.key);
		Call second = callWithin(this.key);
		// The moment between letting go and serving the second.
		assertThat(place.letGo()).isFalse();
		assertThat(this.work.retain(new UnitOfWork.Name(service().engine(), this.key))).isNull();
		assertThat(place.retain()).isTrue();
		first.release();
		second.release();
		end(this.work);
	}

	@Test
	void aParallelCallThatGaveUpIsPassedOver() {
		Call first = callWithin(this.key);
		Call second = callWithin(this.key);
		Call third = callWithin(this.key);
		second.result.cancel(true);
		first.release();
		third.release();
		assertThat(second.hasStarted()).isFalse();
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aParallelCallThatBlocksGoesOn() {
		Call first = callWithin(this.key);
		first.lease();
		Call second = within(this.work, () -> call(Form.BLOCKING, patient(this.key)));
		assertThat(second.hasStarted()).isFalse();
		first.release();
		second.release();
		Call several = callWithin(this.key);
		several.lease();
		Call blocking = within(this.work, () -> call(Form.BLOCKING, patient(this.key, key("z"))));
		several.release();
		blocking.release();
		end(this.work);
		assertThat(isFree(this.key, key("z"))).isTrue();
	}

	@Test
	void aParallelCallOfSeveralKeysGoesOn() {
		Call first = callWithin(key("b"));
		first.lease();
		Call second = callWithin(key("a"), key("b"), key("c"));
		assertThat(second.hasStarted()).isFalse();
		first.release();
		second.release();
		assertThat(isFree(key("a"))).isFalse();
		assertThat(isFree(key("b"))).isFalse();
		assertThat(isFree(key("c"))).isFalse();
		end(this.work);
		assertThat(isFree(key("a"), key("b"), key("c"))).isTrue();
	}

	@Test
	void aChildThatOutlivesItsParentExcludesTheNextCall() {
		AtomicInteger running = new AtomicInteger();
		CompletableFuture<String> child = new CompletableFuture<>();
		CompletableFuture<String> first = within(this.work, () -> service().execute(patient(this.key), (lease) -> {
			service().execute(atOnce(this.key), (inner) -> {
				running.incrementAndGet();
				return child.whenComplete((value, failure) -> running.decrementAndGet());
			});
			return done("first");
		}));
		assertGiven(first).isEqualTo("first");
		CompletableFuture<Integer> second = within(this.work,
				() -> service().execute(patient(this.key), (lease) -> done(running.get())));
		assertThat(second).isNotDone();
		child.complete("child");
		assertGiven(second).isEqualTo(0);
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void severalKeysAreKeptTogetherAndReenteredEach() {
		Call both = callWithin(key("a"), key("b"));
		both.release();
		callWithin(this.work, atOnce(key("a"))).release();
		callWithin(this.work, atOnce(key("b"))).release();
		callWithin(this.work, atOnce(key("a"), key("b"), key("c"))).release();
		assertThat(isFree(key("a"))).isFalse();
		assertThat(isFree(key("b"))).isFalse();
		assertThat(isFree(key("c"))).isFalse();
		end(this.work);
		assertThat(isFree(key("a"), key("b"), key("c"))).isTrue();
	}

	@Test
	void severalCallsOfOneKeyAreOneRelease() {
		List<Long> tokens = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 5; i++) {
			Call call = callWithin(this.key);
			tokens.add(call.lease().fencingToken());
			call.release();
		}
		Call other = call(patient(this.key));
		end(this.work);
		end(this.work);
		Call next = call(patient(this.key));
		assertThat(tokens).containsOnly(tokens.get(0));
		assertThat(other.lease().fencingToken()).isGreaterThan(tokens.get(0));
		assertThat(next.hasStarted()).isFalse();
		other.release();
		next.release();
	}

	@Test
	void aKeyThatTheFlowHeldBeforeIsNotKept() {
		CompletableFuture<String> outer = service().execute(patient(this.key), (lease) -> {
			callWithin(this.work, atOnce(this.key)).release();
			return done("outer");
		});
		assertGiven(outer).isEqualTo("outer");
		assertThat(isFree(this.key)).isTrue();
		end(this.work);
	}

	@Test
	void oneThatIsSuspendedForAnotherLendsItItsKeys() {
		UnitOfWork inner = UnitOfWork.begin(this.work);
		callWithin(key("a")).release();
		callWithin(inner, atOnce(key("a"))).release();
		callWithin(inner, key("b")).release();
		end(inner);
		assertThat(isFree(key("a"))).isFalse();
		assertThat(isFree(key("b"))).isTrue();
		end(this.work);
		assertThat(isFree(key("a"))).isTrue();
	}

	@Test
	void outsideOfOneThatIsSuspended_itsKeysAreReenteredAndNothingIsKept() {
		callWithin(key("a")).release();
		UnitOfWork none = UnitOfWork.none(this.work);
		callWithin(none, atOnce(key("a"))).release();
		callWithin(none, key("b")).release();
		assertThat(isFree(key("b"))).isTrue();
		assertThat(isFree(key("a"))).isFalse();
		end(this.work);
		assertThat(isFree(key("a"))).isTrue();
	}

	@Test
	void theFlowOfACallReentersOnThreadsThatAreInNoUnitOfWork() {
		callWithin(key("a")).release();
		CompletableFuture<String> result = within(this.work, () -> service().execute(patient(key("b")),
				(lease) -> within(null, () -> service().execute(atOnce(key("a")), (again) -> done("again")))));
		assertGiven(result).isEqualTo("again");
		end(this.work);
	}

	private void lose(Call call) {
		((HeldLease) call.lease()).lose(Messages.lostAtStore(call.lease().keys(), "the test says so"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aLossWhileItIsKeptFreesTheKeyAndChangesNothingForTheFinishedAction(CapturedOutput output) {
		Call call = callWithin(this.key);
		call.release();
		lose(call);
		assertGiven(call.result).isEqualTo("done");
		assertThat(output).contains("WARN").contains("[" + this.key + "] was lost before the transaction ended");
		Call other = hold(this.key);
		Call again = callWithin(this.key);
		end(this.work);
		assertThat(again.hasStarted()).isFalse();
		other.release();
		again.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aLossWhileItsSecondActionRunsFailsThatOne() {
		Call first = callWithin(this.key);
		first.release();
		Call again = callWithin(this.work, atOnce(this.key));
		again.lease();
		lose(first);
		assertThat(failure(again.result)).isInstanceOf(LockLostException.class);
		end(this.work);
		passThrough(this.key);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void holdAtMostIsOfTheWholeTimeThatItIsKept() {
		LockRequest limited = patient(this.key).heldAtMost(Duration.ofMillis(50));
		within(this.work, () -> service().execute(limited, (lease) -> done("ended")));
		passThrough(this.key);
		end(this.work);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void holdAtLeastGoesOnAfterTheEnd() {
		Call call = callWithin(this.work, patient(this.key).heldAtLeast(LONG));
		call.release();
		end(this.work);
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void theFirstWins_alsoAmongCallsOfOneUnitOfWork() {
		LockRequest firstWins = atOnce(this.key).orSkip().heldAtLeast(LONG);
		Call first = callWithin(this.work, firstWins);
		first.release();
		Call second = callWithin(this.work, firstWins);
		assertGiven(second.result).isNull();
		assertThat(second.hasStarted()).isFalse();
		end(this.work);
	}

	private static LockRequest firstWins(String... keys) {
		return atOnce(keys).orSkip().heldAtLeast(LONG);
	}

	@Test
	void eachFirstWinsOfOneUnitOfWorkKeepsItsOwnWindow() {
		callWithin(this.work, firstWins(key("a"))).release();
		callWithin(this.work, firstWins(key("b"))).release();
		callWithin(key("c"), key("d")).release();
		callWithin(this.work, firstWins(key("c"))).release();
		callWithin(this.work, firstWins(key("d"), key("e"))).release();
		callWithin(key("f"), key("g")).release();
		callWithin(this.work, firstWins(key("f"))).release();
		for (String name : List.of("a", "b", "c", "d", "e", "f")) {
			assertGiven(callWithin(this.work, firstWins(key(name))).result).as("again " + name).isNull();
		}
		end(this.work);
		for (String name : List.of("a", "b", "c", "d", "e", "f")) {
			assertThat(isFree(key(name))).as(name).isFalse();
		}
		assertThat(isFree(key("g"))).as("the other key of a call whose key was re-entered").isTrue();
	}

	@Test
	void aSecondWindowBeginsWhenTheFirstIsOver() {
		callWithin(this.work, patient(this.key).heldAtLeast(Duration.ofMillis(5))).release();
		callWithin(this.work, patient(this.key).heldAtLeast(LONG)).release();
		end(this.work);
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void aReenteredWindowEndsWithAnErrorWhereItIsToAndWhenItIsOver() {
		callWithin(this.key).release();
		Call fails = callWithin(this.work, firstWins(this.key).releasedOnError());
		fails.lease();
		fails.end.completeExceptionally(new IllegalStateException("failed"));
		failure(fails.result);
		callWithin(this.work, patient(this.key).heldAtLeast(Duration.ofMillis(5))).release();
		callWithin(this.work, patient(this.key)).release();
		end(this.work);
		passThrough(this.key);
		assertThat(service().engine().leastHolds().isEmpty()).isTrue();
	}

	@Test
	void aReenteredWindowOfALostKeyLeavesNothingBehind() {
		Call first = callWithin(this.key);
		first.release();
		Call again = callWithin(this.work, firstWins(this.key));
		again.lease();
		lose(first);
		failure(again.result);
		assertThat(service().engine().leastHolds().isEmpty()).isTrue();
		end(this.work);
	}

	@Test
	void itsNextCallWaitsUntilHoldAtLeastIsOver_andNotForTheEnd() {
		callWithin(this.work, patient(this.key).heldAtLeast(Duration.ofMillis(20))).release();
		callWithin(this.key).release();
		assertThat(isFree(this.key)).isFalse();
		end(this.work);
		passThrough(this.key);
	}

	@Test
	void howeverManyWaitUntilHoldAtLeastIsOver_oneAlarmWakesThem_andItsEndWithdrawsThat() {
		callWithin(this.work, patient(this.key).heldAtLeast(LONG)).release();
		DeadlineWheel wheel = service().engine().wheel();
		int before = wheel.size();
		List<Call> waiting = Stream.generate(() -> callWithin(this.key)).limit(5).toList();
		assertThat(wheel.size()).as("their deadlines, and one alarm").isEqualTo(before + 5 + 1);
		waiting.forEach((call) -> call.result.cancel(true));
		end(this.work);
		assertThat(wheel.size()).as("the window itself, where this JVM keeps it").isLessThanOrEqualTo(before + 1);
	}

	@Test
	void holdAtLeastThatIsOverAddsNothing() {
		Call call = callWithin(this.work, patient(this.key).heldAtLeast(Duration.ofMillis(1)));
		call.release();
		end(this.work);
		passThrough(this.key);
	}

	@Test
	void theShutdownWaitsForTheEnd() {
		Call call = callWithin(this.key);
		call.release();
		CompletableFuture<Void> drained = service().shutdown();
		assertThat(drained).isNotDone();
		Call again = callWithin(this.work, atOnce(this.key));
		again.release();
		end(this.work);
		get(drained);
	}

	@Test
	void theShutdownThatWaitsNoLongerFreesTheKey() {
		callWithin(this.key).release();
		service().close();
		end(this.work);
		assertThat(service().engine().queues().size()).isZero();
	}

	@Test
	void race_parallelCallsOfOneKeyAreAllRunOneByOne() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int round = 0; round < 50; round++) {
			UnitOfWork work = UnitOfWork.begin(null);
			AtomicInteger running = new AtomicInteger();
			CountDownLatch ended = new CountDownLatch(16);
			for (int i = 0; i < 16; i++) {
				threads.execute(() -> within(work, () -> service().execute(patient(this.key), (lease) -> {
					assertThat(running.incrementAndGet()).isOne();
					return CompletableFuture.runAsync(running::decrementAndGet, threads);
				}).whenComplete((value, failure) -> {
					if (failure == null) {
						ended.countDown();
					}
				})));
			}
			await(ended);
			assertThat(isFree(this.key)).isFalse();
			end(work);
			passThrough(this.key);
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void race_theEndAndACallLeaveNothingBehind() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int round = 0; round < 200; round++) {
			UnitOfWork work = UnitOfWork.begin(null);
			String key = key("race" + round);
			CompletableFuture<?>[] results = new CompletableFuture<?>[4];
			for (int i = 0; i < results.length; i++) {
				results[i] = CompletableFuture
					.supplyAsync(() -> within(work, () -> service().execute(patient(key), (lease) -> done("ran"))),
							threads)
					.thenCompose((result) -> result);
			}
			CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> end(work), threads);
			get(CompletableFuture.allOf(results));
			get(ended);
			passThrough(key);
		}
		threads.shutdown();
		until(() -> service().engine().queues().size() == 0);
	}

}
