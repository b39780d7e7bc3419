package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.Lease;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * S4, S5, hold at most and hold at least.
 */
abstract class HoldContract extends ServiceContract {

	private static final Duration SHORT = Duration.ofMillis(60);

	private LockRequest atMost() {
		return patient(this.key).heldAtMost(SHORT);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void s4_aLossFailsTheResultEvenWhereTheActionSucceedsLater(Form form) {
		CompletableFuture<Lease> started = new CompletableFuture<>();
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<String> result = form.run(service(), atMost(), (lease) -> {
			started.complete(lease);
			// Not cancelled with the result: it goes on and succeeds.
			return end.copy();
		});
		Lease lease = get(started);
		assertThat(lease.lost().block(SAFETY)).isNull();
		assertThat(lease.isHeld()).isFalse();
		end.complete("succeeded later");
		assertThat(failure(result)).isInstanceOfSatisfying(LockLostException.class, (lost) -> {
			assertThat(lost.keys()).containsExactly(this.key);
			assertThat(lost).hasMessageContaining(this.key).hasMessageContaining(SHORT.toString());
		});
	}

	@Test
	void s4_aLossIsToldWhoAsksLater() {
		Call call = hold(atMost());
		failure(call.result);
		assertThat(call.lease().lost().block(SAFETY)).isNull();
		assertThat(call.lease().isHeld()).isFalse();
	}

	@Test
	void s4_theFutureIsAskedToCancel() {
		Call call = hold(atMost());
		assertThat(failure(call.end)).isInstanceOf(CancellationException.class);
		assertThat(failure(call.result)).isInstanceOf(LockLostException.class);
	}

	@Test
	void s4_theMonoAndTheFluxAreCancelled() {
		CountDownLatch cancelled = new CountDownLatch(2);
		CompletableFuture<String> mono = service()
			.executeMono(atMost(), (lease) -> Mono.<String>never().doOnCancel(cancelled::countDown))
			.toFuture();
		assertThat(failure(mono)).isInstanceOf(LockLostException.class);
		CompletableFuture<List<String>> flux = service()
			.executeFlux(atMost(),
					(lease) -> Flux.just("one").concatWith(Flux.never()).doOnCancel(cancelled::countDown))
			.collectList()
			.toFuture();
		assertThat(failure(flux)).isInstanceOf(LockLostException.class);
		await(cancelled);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void s4_afterALossTheKeyIsFreeForOthersThoughTheActionRunsOn(Form form) {
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<Lease> started = new CompletableFuture<>();
		CompletableFuture<String> lost = form.run(service(), atMost(), (lease) -> {
			started.complete(lease);
			return end.copy();
		});
		get(started);
		Call next = call(patient(this.key));
		next.lease();
		assertThat(end).isNotDone();
		next.release();
		end.complete("at last");
		failure(lost);
	}

	@Test
	void s5_theEndOfALostActionDoesNotReleaseTheNextHoldersLock() {
		Call lost = hold(atMost());
		Call next = hold(patient(this.key));
		lost.end.complete("late");
		failure(lost.result);
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.lease().isHeld()).isTrue();
		next.release();
	}

	@Test
	void s5_anActionThatWasLostWhileItsOwnCodeRanDoesNotReleaseTheNextHoldersLock() {
		CountDownLatch nextHolds = new CountDownLatch(1);
		CompletableFuture<String> lost = CompletableFuture.supplyAsync(() -> service().execute(atMost(), (lease) -> {
			await(nextHolds);
			return done("late");
		}), ServiceContract::start).thenCompose((future) -> future);
		until(() -> get(service().isLocked(this.key).toFuture()));
		Call next = hold(patient(this.key));
		nextHolds.countDown();
		assertThat(failure(lost.handle((value, failure) -> {
			throw sneaky(failure.getCause());
		}))).hasCauseInstanceOf(LockLostException.class);
		assertThat(isFree(this.key)).isFalse();
		next.release();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void s4_lostNeverCompletesOnANormalRelease(Form form) {
		CopyOnWriteArrayList<Lease> told = new CopyOnWriteArrayList<>();
		AtomicReference<Lease> lease = new AtomicReference<>();
		get(form.run(service(), patient(this.key).heldAtMost(LONG), (granted) -> {
			lease.set(granted);
			granted.lost().doOnTerminate(() -> told.add(granted)).subscribe();
			return done("ran");
		}));
		lease.get().lost().doOnTerminate(() -> told.add(lease.get())).subscribe();
		// A loss that is told would be told by the end of the service at the latest.
		service().close();
		assertThat(told).isEmpty();
		assertThat(lease.get().isHeld()).isFalse();
	}

	@Test
	void s4_lostNeverCompletesForAnActionThatEndedThoughAChildLosesItsKeyLater() {
		CompletableFuture<String> child = new CompletableFuture<>();
		CompletableFuture<CompletableFuture<String>> childResult = new CompletableFuture<>();
		AtomicReference<Lease> lease = new AtomicReference<>();
		CompletableFuture<String> parent = service().execute(patient(this.key).heldAtMost(SHORT), (granted) -> {
			lease.set(granted);
			childResult.complete(service().execute(patient(this.key), (inner) -> child));
			return done("parent");
		});
		if (parent.isCompletedExceptionally()) {
			return; // so slow that the parent itself was lost
		}
		assertThat(failure(get(childResult))).isInstanceOf(LockLostException.class);
		CopyOnWriteArrayList<Lease> told = new CopyOnWriteArrayList<>();
		lease.get().lost().doOnTerminate(() -> told.add(lease.get())).subscribe();
		assertThat(told).isEmpty();
	}

	@Test
	void s4_anActionThatEndsInTimeIsNotLost() {
		LockRequest request = patient(this.key).heldAtMost(LONG);
		for (Form form : Form.values()) {
			assertGiven(form.run(service(), request, (lease) -> done("in time"))).isEqualTo("in time");
		}
	}

	@Test
	void s4_severalKeysAreAllLostAndFree() {
		Call call = hold(patient(key("a"), key("b")).heldAtMost(SHORT));
		assertThat(failure(call.result)).isInstanceOfSatisfying(LockLostException.class,
				(lost) -> assertThat(lost.keys()).containsExactly(key("a"), key("b")));
		passThrough(key("a"), key("b"));
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void v6_whoIsToldOfALossFindsTheKeyFree(Form form) {
		CompletableFuture<String> result = form.run(service(), atMost(), (lease) -> new CompletableFuture<String>());
		CompletableFuture<Boolean> free = result.handle((value, failure) -> isFree(this.key));
		assertThat(get(free)).isTrue();
	}

	@Test
	void v6_aCallbackOfALossThatBlocksOnALaterResultOfTheKeyDoesNotHang() {
		Call call = hold(atMost());
		CompletableFuture<String> inCallback = call.result
			.handle((value, failure) -> get(service().execute(patient(this.key), (lease) -> done("later"))));
		assertThat(get(inCallback)).isEqualTo("later");
	}

	@Test
	void s4_aFutureWhoseCancelThrowsDoesNotKeepTheKey() {
		CompletableFuture<String> stubborn = new CompletableFuture<>() {
			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				throw new IllegalStateException("I will not");
			}
		};
		CompletableFuture<String> result = service().execute(atMost(), (lease) -> stubborn);
		assertThat(failure(result)).isInstanceOf(LockLostException.class);
		passThrough(this.key);
	}

	@Test
	void holdAtMost_zeroMeansNoLimit() {
		Call call = hold(LockRequest.of(this.key).heldAtMost(Duration.ZERO));
		call.release();
		assertThat(get(call.result)).isEqualTo("done");
	}

	@Test
	void holdAtMost_countsFromTheGrantNotFromTheCall() {
		Call first = hold(this.key);
		LockRequest request = patient(this.key).heldAtMost(Duration.ofSeconds(5));
		Call waiting = call(request);
		Call other = hold(patient(key("other")).heldAtMost(SHORT));
		failure(other.result);
		first.release();
		waiting.release();
		assertThat(get(waiting.result)).isEqualTo("done");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void holdAtLeast_theCallerHasItsResultAndTheKeyStaysTaken(Form form) {
		LockRequest request = patient(this.key).heldAtLeast(LONG);
		assertGiven(form.run(service(), request, (lease) -> done("result"))).isEqualTo("result");
		assertThat(isFree(this.key)).isFalse();
		assertThat(get(service().isLocked(this.key).toFuture())).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void holdAtLeast_appliesToFailedActions(Form form) {
		IllegalStateException failure = new IllegalStateException("failed");
		CompletableFuture<String> result = form.run(service(), patient(this.key).heldAtLeast(LONG),
				(lease) -> CompletableFuture.failedFuture(failure));
		assertThat(failure(result)).isSameAs(failure);
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void holdAtLeast_appliesToAnActionThatThrowsAndToOneThatReturnsNull() {
		LockRequest a = LockRequest.of(key("a")).heldAtLeast(LONG);
		failure(service().execute(a, (lease) -> {
			throw new IllegalStateException("thrown");
		}));
		assertThat(isFree(key("a"))).isFalse();
		failure(service().execute(LockRequest.of(key("b")).heldAtLeast(LONG), (lease) -> null));
		assertThat(isFree(key("b"))).isFalse();
	}

	@Test
	void holdAtLeast_appliesToEachOfSeveralKeys() {
		get(service().execute(LockRequest.of(key("a"), key("b")).heldAtLeast(LONG), (lease) -> done("result")));
		assertThat(isFree(key("a"))).isFalse();
		assertThat(isFree(key("b"))).isFalse();
	}

	@Test
	void holdAtLeast_endsAndTheNextIsServedInOrder() {
		long start = System.nanoTime();
		Duration least = Duration.ofMillis(50);
		get(service().execute(patient(this.key).heldAtLeast(least), (lease) -> done("result")));
		List<Integer> order = new ArrayList<>();
		CompletableFuture<?> one = service().execute(patient(this.key), (lease) -> done(order.add(1)));
		CompletableFuture<?> two = service().execute(patient(this.key), (lease) -> done(order.add(2)));
		get(one);
		assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(least.toNanos());
		get(two);
		assertThat(order).containsExactly(1, 2);
	}

	@Test
	void holdAtLeast_isOverWithALongerAction() {
		Call call = hold(patient(this.key).heldAtLeast(Duration.ofMillis(1)));
		Call pause = hold(patient(key("other")).heldAtMost(Duration.ofMillis(50)));
		failure(pause.result);
		call.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void holdAtLeast_aReenteredKeyKeepsItForTheOuterGrantsLeastHold() {
		get(service().execute(LockRequest.of(this.key).heldAtLeast(LONG),
				(lease) -> service().execute(LockRequest.of(this.key), (inner) -> done("inner"))));
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void holdAtLeast_ofACallThatReentersKeepsTheKeyAfterTheOuterGrantsEnd() {
		CompletableFuture<String> inner = get(service().execute(patient(this.key, key("other")),
				(lease) -> done(service().execute(patient(this.key).heldAtLeast(LONG), (again) -> done("inner")))));
		assertGiven(inner).isEqualTo("inner");
		assertThat(isFree(key("other"))).isTrue();
		assertThat(isFree(this.key)).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void releaseOnError_aFailedActionEndsTheLeastHold(Form form) {
		LockRequest request = patient(this.key).heldAtLeast(LONG).releasedOnError();
		IllegalStateException problem = new IllegalStateException("no");
		assertThat(failure(form.run(service(), request, (lease) -> CompletableFuture.failedFuture(problem))))
			.isSameAs(problem);
		assertThat(isFree(this.key)).isTrue();
		assertThat(failure(form.run(service(), request, (lease) -> {
			throw problem;
		}))).isSameAs(problem);
		assertThat(isFree(this.key)).isTrue();
		get(form.run(service(), request, (lease) -> done("fine")));
		assertThat(isFree(this.key)).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void releaseOnError_isOffByDefault(Form form) {
		LockRequest request = patient(this.key).heldAtLeast(LONG);
		failure(form.run(service(), request, (lease) -> CompletableFuture.failedFuture(new Exception("no"))));
		assertThat(isFree(this.key)).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void releaseOnError_anActionThatFailsLaterEndsTheLeastHold(Form form) {
		Call call = hold(form, patient(this.key).heldAtLeast(LONG).releasedOnError());
		call.end.completeExceptionally(new Exception("no"));
		failure(call.result);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void releaseOnError_freesAllKeys() {
		LockRequest request = patient(this.key, key("other")).heldAtLeast(LONG).releasedOnError();
		failure(service().execute(request, (lease) -> CompletableFuture.failedFuture(new Exception("no"))));
		assertThat(isFree(this.key, key("other"))).isTrue();
	}

	@Test
	void releaseOnError_aCancelIsNoFailure() {
		CompletableFuture<Lease> started = new CompletableFuture<>();
		Disposable call = service().executeMono(patient(this.key).heldAtLeast(LONG).releasedOnError(), (lease) -> {
			started.complete(lease);
			return Mono.never();
		}).subscribe();
		get(started);
		call.dispose();
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void releaseOnError_aReenteringActionThatFailsDoesNotEndTheOuterLeastHold() {
		get(service().execute(patient(this.key).heldAtLeast(LONG).releasedOnError(),
				(lease) -> service()
					.execute(patient(this.key).releasedOnError(),
							(inner) -> CompletableFuture.failedFuture(new Exception("no")))
					.exceptionally((expected) -> null)));
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void holdAtMostShorterThanHoldAtLeastIsRefused() {
		LockRequest request = LockRequest.of(this.key).heldAtLeast(Duration.ofSeconds(2));
		assertThatIllegalArgumentException().isThrownBy(() -> request.heldAtMost(Duration.ofSeconds(1)))
			.withMessageContaining("PT1S")
			.withMessageContaining("PT2S");
		LockRequest most = LockRequest.of(this.key).heldAtMost(Duration.ofSeconds(1));
		assertThatIllegalArgumentException().isThrownBy(() -> most.heldAtLeast(Duration.ofSeconds(2)))
			.withMessageContaining("PT1S")
			.withMessageContaining("PT2S");
		assertThat(request.heldAtMost(Duration.ofSeconds(2)).holdAtMost()).isEqualTo(Duration.ofSeconds(2));
	}

	@Test
	void s4_theLossOfAFluxIsNotToldWhileAValueIsBeingPassedOn() {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<Thread> passing = new AtomicReference<>();
		List<String> signals = new CopyOnWriteArrayList<>();
		CountDownLatch ended = new CountDownLatch(1);
		Flux<Integer> flux = service().executeFlux(LockRequest.of(this.key), (lease) -> Flux.just(1).hide());
		start(() -> flux.subscribe(new reactor.core.publisher.BaseSubscriber<Integer>() {
			@Override
			protected void hookOnNext(Integer value) {
				passing.set(Thread.currentThread());
				inside.countDown();
				await(goOn);
				passing.set(null);
				signals.add("value");
			}

			@Override
			protected void hookOnError(Throwable failure) {
				signals.add((passing.get() == null) ? "loss" : "loss inside of value");
			}

			@Override
			protected void hookFinally(reactor.core.publisher.SignalType type) {
				ended.countDown();
			}
		}));
		await(inside);
		// Tells the loss on this thread: it has been told when this returns.
		service().close();
		goOn.countDown();
		await(ended);
		assertThat(signals).containsExactly("value", "loss");
	}

	@Test
	void listenersAreToldOfALossOnce() {
		List<LockEvent> lost = new CopyOnWriteArrayList<>();
		List<LockEvent> released = new CopyOnWriteArrayList<>();
		use((builder) -> builder.listeners(List.of(new LockListener() {
			@Override
			public void lost(LockEvent event) {
				lost.add(event);
			}

			@Override
			public void released(LockEvent event) {
				released.add(event);
			}
		})));
		Call call = hold(atMost().named("name"));
		failure(call.result);
		passThrough(this.key);
		assertThat(lost).singleElement().satisfies((event) -> {
			assertThat(event.name()).isEqualTo("name");
			assertThat(event.keys()).containsExactly(this.key);
			assertThat(event.held()).isGreaterThanOrEqualTo(SHORT);
		});
		assertThat(released).hasSize(1); // the one that passed through
	}

}
