package io.github.asynclock.core;

import java.lang.Thread.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.asynclock.Lease;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The engine on a store that has to be asked: what the local store never exercises.
 */
class SharedStoreTests {

	private final SharedStore shared = new SharedStore();

	private final List<QueueingLockService> services = new ArrayList<>();

	private final SharedStore.Instance one = this.shared.instance();

	private final SharedStore.Instance two = this.shared.instance();

	private QueueingLockService service(SharedStore.Instance instance) {
		return service(instance, (builder) -> builder);
	}

	private QueueingLockService service(SharedStore.Instance instance,
			UnaryOperator<QueueingLockService.Builder> settings) {
		QueueingLockService service = settings.apply(QueueingLockService.builder(instance)).build();
		this.services.add(service);
		return service;
	}

	@AfterEach
	void close() {
		this.services.forEach(QueueingLockService::close);
	}

	private static <T> T get(CompletableFuture<T> future) throws Exception {
		return future.get(20, TimeUnit.SECONDS);
	}

	@Test
	void twoInstancesExcludeEachOtherAndTokensRise() throws Exception {
		List<QueueingLockService> both = List.of(service(this.one), service(this.two));
		AtomicInteger inside = new AtomicInteger();
		AtomicBoolean overlap = new AtomicBoolean();
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		List<CompletableFuture<Void>> results = new ArrayList<>();
		for (int i = 0; i < 2_000; i++) {
			results.add(both.get(i % 2).execute(LockRequest.of("k"), (lease) -> {
				overlap.compareAndSet(false, inside.incrementAndGet() != 1);
				tokens.add(lease.fencingToken());
				return CompletableFuture.runAsync(inside::decrementAndGet);
			}));
		}
		get(CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)));
		assertThat(overlap).isFalse();
		assertThat(tokens).hasSize(2_000).isSorted().doesNotHaveDuplicates();
		assertThat(this.shared.isIdle()).isTrue();
	}

	@Test
	void shutdown_theStoreIsClosedAfterAReleaseThatIsJustBeingSent() throws Exception {
		QueueingLockService service = service(this.one);
		CountDownLatch releasing = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.one.beforeRelease = () -> {
			releasing.countDown();
			Threads.await(goOn);
		};
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute("k", () -> action);
		Thread ends = new Thread(() -> action.complete("done"));
		ends.start();
		Threads.await(releasing);
		Thread closes = new Thread(service::close);
		closes.start();
		while (!this.one.closed && !Set.of(State.WAITING, State.TIMED_WAITING).contains(closes.getState())) {
			Thread.onSpinWait();
		}
		boolean tooEarly = this.one.closed;
		goOn.countDown();
		closes.join();
		ends.join();
		assertThat(tooEarly).as("closed before what was held is released").isFalse();
		assertThat(this.one.closed).isTrue();
		assertThat(get(result)).isEqualTo("done");
		assertThat(this.shared.isIdle()).isTrue();
	}

	@Test
	void onlyTheHeadOfTheLocalQueueAsks_andHandsOverWithoutAsking() throws Exception {
		QueueingLockService service = service(this.one);
		CompletableFuture<String> holder = new CompletableFuture<>();
		CompletableFuture<String> first = service.execute("k", () -> holder);
		List<CompletableFuture<String>> others = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			others.add(service.execute("k", () -> CompletableFuture.completedFuture("x")));
		}
		holder.complete("done");
		get(first);
		get(CompletableFuture.allOf(others.toArray(CompletableFuture[]::new)));
		// one acquire, one release
		assertThat(this.one.commands).isEqualTo(2);
	}

	@Test
	void v3_afterItsHandOversAKeyGoesToTheInstanceThatWaits() throws Exception {
		this.shared.handOffs(3);
		QueueingLockService here = service(this.one);
		QueueingLockService there = service(this.two);
		CompletableFuture<String> holder = new CompletableFuture<>();
		CountDownLatch held = new CountDownLatch(1);
		List<String> order = Collections.synchronizedList(new ArrayList<>());
		here.execute("k", () -> {
			held.countDown();
			return holder;
		});
		assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			results.add(here.execute("k", () -> {
				order.add("here");
				return CompletableFuture.completedFuture("");
			}));
		}
		this.two.manual = true;
		results.add(there.execute("k", () -> {
			order.add("there");
			return CompletableFuture.completedFuture("");
		}));
		this.two.answerNext(); // is busy, and waits in the store from here on
		this.two.manual = false;
		holder.complete("");
		get(CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)));
		// the holder and two hand-overs, then the other's turn
		assertThat(order.indexOf("there")).isEqualTo(2);
	}

	@Test
	void v2_aLostWakeUpCostsAPoll() throws Exception {
		this.two.hints = false;
		this.two.pollInterval = Duration.ofMillis(20);
		QueueingLockService here = service(this.one);
		QueueingLockService there = service(this.two);
		CompletableFuture<String> holder = new CompletableFuture<>();
		CountDownLatch held = new CountDownLatch(1);
		CompletableFuture<String> first = here.execute("k", () -> {
			held.countDown();
			return holder;
		});
		held.await();
		CompletableFuture<String> second = there.execute("k", () -> CompletableFuture.completedFuture("second"));
		holder.complete("first");
		assertThat(get(first)).isEqualTo("first");
		assertThat(get(second)).isEqualTo("second");
	}

	@Test
	void v4_aZeroWaitIsOneTryAndLeavesNothingInTheStore() throws Exception {
		QueueingLockService here = service(this.one);
		QueueingLockService there = service(this.two);
		CompletableFuture<String> holder = new CompletableFuture<>();
		CountDownLatch held = new CountDownLatch(1);
		CompletableFuture<String> first = here.execute("k", () -> {
			held.countDown();
			return holder;
		});
		held.await();
		CompletableFuture<String> second = there.execute(LockRequest.of("k").waitingAtMost(Duration.ZERO),
				(lease) -> CompletableFuture.completedFuture("never"));
		assertThatThrownBy(() -> get(second)).hasCauseInstanceOf(LockTimeoutException.class);
		assertThat(this.two.commands).isEqualTo(1);
		holder.complete("");
		get(first);
		assertThat(this.shared.isIdle()).isTrue();
	}

	@Test
	void v4_aStoreThatCannotBeReachedGivesUnavailableToAllThatWait() throws Exception {
		this.one.down = true;
		this.one.pollInterval = Duration.ofMillis(20);
		QueueingLockService service = service(this.one);
		AtomicBoolean ran = new AtomicBoolean();
		LockRequest request = LockRequest.of("k").waitingAtMost(Duration.ofMillis(200)).orSkip();
		List<CompletableFuture<Object>> results = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			results.add(service.execute(request, (lease) -> {
				ran.set(true);
				return CompletableFuture.completedFuture(null);
			}));
		}
		for (CompletableFuture<Object> result : results) {
			assertThatThrownBy(() -> get(result)).hasCauseInstanceOf(LockUnavailableException.class)
				.hasMessageContaining("store is down");
		}
		assertThat(ran).isFalse();
		this.one.down = false;
		assertThat(get(service.execute("k", () -> CompletableFuture.completedFuture("back")))).isEqualTo("back");
	}

	@Test
	void v6_theResultIsDeliveredAfterTheStoreHasReleased() throws Exception {
		QueueingLockService service = service(this.one);
		this.one.manual = true;
		CompletableFuture<String> future = service.execute("k", () -> CompletableFuture.completedFuture("x"));
		CompletableFuture<String> mono = service.executeMono("m", () -> Mono.just("y")).toFuture();
		this.one.answerNext();
		this.one.answerNext();
		awaitPending(2);
		assertThat(future).isNotDone();
		assertThat(mono).isNotDone();
		this.one.answerNext();
		this.one.answerNext();
		assertThat(get(future)).isEqualTo("x");
		assertThat(get(mono)).isEqualTo("y");
	}

	private void awaitPending(int count) {
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (this.one.pending() < count && System.nanoTime() < until) {
			Thread.onSpinWait();
		}
		assertThat(this.one.pending()).isEqualTo(count);
	}

	@Test
	void s6_aGrantInFlightIsTheNextWaitersIfItsCallerWithdrew_andGoesBackIfThereIsNone() throws Exception {
		QueueingLockService service = service(this.one);
		this.one.manual = true;
		CompletableFuture<String> first = service.execute("k", () -> CompletableFuture.completedFuture("first"));
		CompletableFuture<String> second = service.execute("k", () -> CompletableFuture.completedFuture("second"));
		first.cancel(false);
		assertThat(this.one.pending()).as("the attempt belongs to the queue").isEqualTo(1);
		this.one.manual = false;
		this.one.answerNext();
		assertThat(get(second)).isEqualTo("second");

		this.one.manual = true;
		CompletableFuture<String> third = service.execute("k", () -> CompletableFuture.completedFuture("third"));
		third.cancel(false);
		this.one.manual = false;
		this.one.answerNext();
		this.one.answerNext(); // the withdrawal
		assertThat(get(service.execute("k", () -> CompletableFuture.completedFuture("fourth")))).isEqualTo("fourth");
	}

	@Test
	void s4_aLeaseThatTheStoreNoLongerHasIsLost() throws Exception {
		QueueingLockService service = service(this.one);
		CompletableFuture<Lease> lease = new CompletableFuture<>();
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k").leasedFor(Duration.ofMillis(150)),
				(held) -> {
					lease.complete(held);
					return action;
				});
		CompletableFuture<Void> lost = get(lease).lost().toFuture();
		this.shared.loseAll();
		get(lost);
		assertThatThrownBy(() -> get(result)).hasCauseInstanceOf(LockLostException.class);
		assertThat(action).isCancelled();
		assertThat(get(lease).isHeld()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void s4_aLossThatIsFoundOnlyAtTheReleaseFailsTheResult(ServiceContract.Form form) {
		QueueingLockService service = service(this.one);
		for (LockRequest request : List.of(LockRequest.of("k"), LockRequest.of("k", "l"))) {
			ServiceContract.Call call = new ServiceContract.Call(form, service, request);
			call.lease();
			this.shared.loseAll();
			call.end.complete("done");
			assertThat(ServiceContract.failure(call.result)).isInstanceOf(LockLostException.class);
		}
	}

	@Test
	void s4_aLossIsSignalledAtOnce_andItsResultIsGivenAfterTheRelease() throws Exception {
		QueueingLockService service = service(this.one);
		CompletableFuture<Void> lost = new CompletableFuture<>();
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k"), (held) -> {
			this.one.manual = true;
			held.lost().subscribe(null, lost::completeExceptionally, () -> lost.complete(null));
			return action;
		});
		ServiceContract.until(() -> action.getNumberOfDependents() > 0);
		service.forceRelease("k").subscribe();
		get(lost);
		awaitPending(1);
		assertThat(result).isNotDone();
		this.one.answerNext();
		assertThatThrownBy(() -> get(result)).hasCauseInstanceOf(LockLostException.class);
	}

	@Test
	void v6_aChildThatOutlivesItsParentGetsItsResultAfterTheRelease_alsoOfOneKeyAmongSeveral() throws Exception {
		for (LockRequest childs : List.of(LockRequest.of("k"), LockRequest.of("k", "l"))) {
			QueueingLockService service = service(this.one);
			CompletableFuture<String> end = new CompletableFuture<>();
			CompletableFuture<CompletableFuture<String>> child = new CompletableFuture<>();
			CountDownLatch held = new CountDownLatch(1);
			CompletableFuture<String> parent = service.execute("k", () -> {
				child.complete(service.execute(childs, (lease) -> {
					held.countDown();
					return end;
				}));
				return CompletableFuture.completedFuture("parent");
			});
			assertThat(get(parent)).isEqualTo("parent");
			assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
			this.one.manual = true;
			end.complete("child");
			awaitPending(childs.keys().size());
			while (this.one.pending() > 0) {
				assertThat(get(child)).isNotDone();
				this.one.answerNext();
			}
			assertThat(get(get(child))).isEqualTo("child");
			this.one.manual = false;
		}
	}

	@Test
	void s4_aLeaseThatCannotBeRenewedIsLostAtItsLocalDeadline_notBefore() throws Exception {
		QueueingLockService service = service(this.one);
		CompletableFuture<Lease> lease = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k").leasedFor(Duration.ofMillis(300)),
				(held) -> {
					lease.complete(held);
					return new CompletableFuture<>();
				});
		get(lease);
		long down = System.nanoTime();
		this.one.down = true;
		assertThatThrownBy(() -> get(result)).hasCauseInstanceOf(LockLostException.class);
		// Renewed at most a third of the lease before it went down.
		assertThat(System.nanoTime() - down).isGreaterThan(Duration.ofMillis(190).toNanos());
	}

	@Test
	void aLeaseIsRenewedAsLongAsItsActionRuns() throws Exception {
		QueueingLockService service = service(this.one);
		CompletableFuture<Lease> lease = new CompletableFuture<>();
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(LockRequest.of("k").leasedFor(Duration.ofMillis(1500)),
				(held) -> {
					lease.complete(held);
					return action;
				});
		get(lease);
		int before = this.one.commands;
		long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		while (this.one.commands < before + 5 && System.nanoTime() < until) {
			Thread.onSpinWait(); // five renewals take longer than the lease
		}
		assertThat(this.one.commands).isGreaterThanOrEqualTo(before + 5);
		assertThat(result).isNotDone();
		action.complete("still mine");
		assertThat(get(result)).isEqualTo("still mine");
	}

	@Test
	void severalKeysAreAllHeldOrNoneAcrossInstances() throws Exception {
		List<QueueingLockService> both = List.of(service(this.one), service(this.two));
		AtomicInteger a = new AtomicInteger();
		AtomicInteger b = new AtomicInteger();
		AtomicBoolean overlap = new AtomicBoolean();
		List<CompletableFuture<Void>> results = new ArrayList<>();
		for (int i = 0; i < 400; i++) {
			LockRequest request = (i % 3 == 0) ? LockRequest.of("a", "b")
					: (i % 3 == 1) ? LockRequest.of("b", "a") : LockRequest.of("b");
			results.add(both.get(i % 2).execute(request, (lease) -> {
				List<String> keys = lease.keys();
				overlap.compareAndSet(false, keys.contains("a") && a.incrementAndGet() != 1);
				overlap.compareAndSet(false, b.incrementAndGet() != 1);
				return CompletableFuture.runAsync(() -> {
					b.decrementAndGet();
					if (keys.contains("a")) {
						a.decrementAndGet();
					}
				});
			}));
		}
		get(CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)));
		assertThat(overlap).isFalse();
		assertThat(this.shared.isIdle()).isTrue();
	}

	@Test
	void blockingCallsAndReEntryWorkOnAStoreThatHasToBeAsked() {
		QueueingLockService service = service(this.one);
		String result = service.executeBlocking(LockRequest.of("k"),
				(outer) -> service.executeBlocking(LockRequest.of("k"),
						(inner) -> "token " + (inner.fencingToken() == outer.fencingToken())));
		assertThat(result).isEqualTo("token true");
		assertThat(this.shared.isIdle()).isTrue();
	}

	@Test
	void v5_aBlockingCallEndsThoughAllThreadsThatTellWaitForTheReleaseOfOne() throws Exception {
		QueueingLockService service = service(this.one, (builder) -> builder.listeners(List.of(new LockListener() {
		})));
		int threads = 64; // that tell
		CountDownLatch all = new CountDownLatch(threads);
		CompletableFuture<String> action = new CompletableFuture<>();
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			LockRequest inner = LockRequest.of("inner-" + i);
			results.add(service.execute("outer-" + i, () -> action).thenApply((value) -> {
				all.countDown();
				Threads.await(all);
				return service.executeBlocking(inner, (lease) -> "done");
			}));
		}
		action.complete("done");
		get(CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void theEndOfAHoldIsToldOnNoThreadOfTheStores(boolean cancelled) throws Exception {
		CompletableFuture<Thread> told = new CompletableFuture<>();
		EngineObserver observer = new EngineObserver() {
			@Override
			public CallObserver asked(@Nullable String name, List<String> keys, @Nullable ContextView context) {
				return new CallObserver() {
					@Override
					public void waited(WaitOutcome outcome) {
					}

					@Override
					public void held(boolean lost) {
						told.complete(Thread.currentThread());
					}
				};
			}
		};
		QueueingLockService service = service(this.one, (builder) -> builder.observer(observer));
		CountDownLatch started = new CountDownLatch(1);
		CompletableFuture<String> action = new CompletableFuture<>();
		Disposable call = service.executeMono(LockRequest.of("k"), (lease) -> {
			started.countDown();
			return Mono.fromFuture(action);
		}).subscribe();
		Threads.await(started);
		this.one.manual = true;
		if (cancelled) {
			call.dispose();
		}
		else {
			action.complete("done");
		}
		awaitPending(1);
		this.one.answerNext(); // this thread is the store's
		assertThat(get(told)).isNotSameAs(Thread.currentThread());
		this.one.manual = false;
	}

	@ParameterizedTest
	@EnumSource(ServiceContract.Form.class)
	void aKeyIsGivenBackIfItsLeaseWasRenewedJustAfterItSeemedOver(ServiceContract.Form form) throws Exception {
		List<String> told = Collections.synchronizedList(new ArrayList<>());
		LockListener listener = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				SharedStoreTests.this.shared.renewLate();
			}

			@Override
			public void released(LockEvent event) {
				told.add("released");
			}

			@Override
			public void lost(LockEvent event) {
				told.add("lost");
			}
		};
		QueueingLockService service = service(this.one, (builder) -> builder.listeners(List.of(listener)));
		for (LockRequest request : List.of(LockRequest.of("k"), LockRequest.of("k", "l"))) {
			told.clear();
			CompletableFuture<String> result = form.run(service, request,
					(lease) -> CompletableFuture.completedFuture("ran"));
			assertThat(ServiceContract.failure(result)).isInstanceOf(LockUnavailableException.class);
			ServiceContract.until(() -> service.lockCount() == 0 && this.shared.isIdle());
			ServiceContract.until(() -> !told.isEmpty());
			assertThat(told).hasSize(1);
		}
	}

}
