package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Mono and Flux: lock per subscription, held to the end, cancelled, not buffered.
 */
abstract class DeferredContract extends ServiceContract {

	@Test
	void deferred_nothingHappensBeforeSubscription() {
		AtomicInteger runs = new AtomicInteger();
		service().executeMono(this.key, () -> Mono.fromCallable(runs::incrementAndGet));
		service().executeFlux(this.key, () -> Flux.just(runs.incrementAndGet()));
		assertThat(isFree(this.key)).isTrue();
		assertThat(runs).hasValue(0);
	}

	@Test
	void deferred_eachSubscriptionLocksAndRunsTheActionAnew() {
		List<Long> tokens = new CopyOnWriteArrayList<>();
		Mono<Long> mono = service().executeMono(LockRequest.of(this.key), (lease) -> {
			tokens.add(lease.fencingToken());
			return Mono.just(lease.fencingToken());
		});
		assertThat(mono.block(SAFETY)).isLessThan(mono.block(SAFETY));
		Flux<Long> flux = service().executeFlux(LockRequest.of(this.key), (lease) -> {
			tokens.add(lease.fencingToken());
			return Flux.just(lease.fencingToken());
		});
		assertThat(flux.blockLast(SAFETY)).isLessThan(flux.blockLast(SAFETY));
		assertThat(tokens).hasSize(4).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void deferred_retryLocksAgainAndTheKeyIsFreeInBetween() {
		AtomicInteger runs = new AtomicInteger();
		List<Boolean> free = new CopyOnWriteArrayList<>();
		Mono<String> mono = service().executeMono(this.key, () -> {
			if (runs.incrementAndGet() < 3) {
				return Mono.<String>error(new IllegalStateException("again"));
			}
			return Mono.just("third");
		});
		assertThat(mono.doOnError((failure) -> free.add(isFree(this.key))).retry(5).block(SAFETY)).isEqualTo("third");
		assertThat(runs).hasValue(3);
		assertThat(free).containsExactly(true, true);
	}

	@Test
	void deferred_repeatLocksAgain() {
		List<Long> tokens = service().executeMono(LockRequest.of(this.key), (lease) -> Mono.just(lease.fencingToken()))
			.repeat(2)
			.collectList()
			.block(SAFETY);
		assertThat(tokens).hasSize(3).isSorted().doesNotHaveDuplicates();
		List<Long> ofFlux = service().executeFlux(LockRequest.of(this.key), (lease) -> Flux.just(lease.fencingToken()))
			.repeat(2)
			.collectList()
			.block(SAFETY);
		assertThat(ofFlux).hasSize(3).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void deferred_twoSubscribersExcludeEachOther() {
		ExclusionContract.Detector detector = new ExclusionContract.Detector();
		Mono<String> mono = service().executeMono(this.key, () -> {
			detector.enter();
			return Mono.fromFuture(CompletableFuture.supplyAsync(() -> {
				detector.leave();
				return "ran";
			}));
		});
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			results.add(mono.toFuture());
		}
		results.forEach(ServiceContract::get);
		detector.verify();
	}

	@Test
	void aMonoIsHeldToItsCompletionNotToItsValue() {
		TestPublisher<String> source = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		// A mono that has its value, but has not completed.
		Mono<String> mono = Mono.fromDirect(source);
		CompletableFuture<String> result = service().executeMono(this.key, () -> mono).toFuture();
		until(source::wasSubscribed);
		source.next("value");
		assertThat(result).isNotDone();
		assertThat(isFree(this.key)).isFalse();
		source.complete();
		assertThat(get(result)).isEqualTo("value");
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aFluxIsHeldToItsCompletionAndItsValuesArePassedOnAsTheyCome() {
		Sinks.Many<Integer> source = Sinks.many().unicast().onBackpressureBuffer();
		List<Integer> seen = new CopyOnWriteArrayList<>();
		CompletableFuture<List<Integer>> result = service().executeFlux(this.key, source::asFlux)
			.doOnNext(seen::add)
			.collectList()
			.toFuture();
		source.tryEmitNext(1).orThrow();
		until(() -> seen.equals(List.of(1)));
		assertThat(isFree(this.key)).isFalse();
		source.tryEmitNext(2).orThrow();
		until(() -> seen.equals(List.of(1, 2)));
		assertThat(isFree(this.key)).isFalse();
		source.tryEmitComplete().orThrow();
		assertThat(get(result)).containsExactly(1, 2);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aFluxIsNotBufferedAndDemandPassesThrough() {
		AtomicLong requested = new AtomicLong();
		AtomicInteger emitted = new AtomicInteger();
		CountDownLatch subscribed = new CountDownLatch(1);
		Flux<Integer> source = Flux.<Integer, Integer>generate(() -> 0, (state, sink) -> {
			emitted.incrementAndGet();
			sink.next(state);
			return state + 1;
		}).doOnRequest(requested::addAndGet).doOnSubscribe((subscription) -> subscribed.countDown());
		StepVerifier.create(service().executeFlux(this.key, () -> source), 0)
			.expectSubscription()
			.then(() -> await(subscribed))
			.then(() -> assertThat(requested).hasValue(0))
			.thenRequest(2)
			.expectNext(0, 1)
			.then(() -> assertThat(emitted).hasValue(2))
			.thenRequest(3)
			.expectNext(2, 3, 4)
			.then(() -> assertThat(requested).hasValue(5))
			.then(() -> assertThat(emitted).hasValue(5))
			.thenCancel()
			.verify(SAFETY);
		until(() -> isFree(this.key)); // a cancel does not wait for the release
	}

	@Test
	void demandThatCameWhileWaitingIsPassedOnOnce() {
		Call holder = hold(this.key);
		AtomicLong requested = new AtomicLong();
		List<Integer> seen = new CopyOnWriteArrayList<>();
		Flux<Integer> flux = service().executeFlux(patient(this.key),
				(lease) -> Flux.range(0, 100).doOnRequest(requested::addAndGet));
		BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(2);
				subscription.request(1);
			}

			@Override
			protected void hookOnNext(Integer value) {
				seen.add(value);
			}
		};
		flux.subscribe(subscriber);
		holder.release();
		until(() -> seen.size() == 3);
		assertThat(requested).hasValue(3);
		subscriber.cancel();
		// Where the third one is still being emitted, by who emits it.
		until(() -> isFree(this.key));
		assertThat(seen).containsExactly(0, 1, 2);
	}

	@Test
	void aMonoWithoutDemandReleasesAndEmitsItsValueWhenAsked() {
		StepVerifier.create(service().executeMono(this.key, () -> Mono.just("value")), 0)
			.expectSubscription()
			.thenRequest(1)
			.expectNext("value")
			.verifyComplete();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void cancel_aRunningMonoIsCancelledThenReleased() {
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch started = new CountDownLatch(1);
		Disposable running = service().executeMono(this.key, () -> Mono.never().doOnCancel(() -> {
			order.add(get(service().isLocked(this.key).toFuture()) ? "cancelled while held" : "cancelled while free");
		}).doOnSubscribe((subscription) -> started.countDown())).subscribe();
		await(started);
		Call next = call(patient(this.key));
		assertThat(next.hasStarted()).isFalse();
		running.dispose();
		next.release();
		assertThat(order).containsExactly("cancelled while held");
	}

	@Test
	void cancel_aRunningFluxIsCancelledThenReleased() {
		List<String> order = new CopyOnWriteArrayList<>();
		Flux<Integer> flux = service().executeFlux(this.key,
				() -> Flux.just(1).concatWith(Flux.never()).doOnCancel(() -> {
					order.add(get(service().isLocked(this.key).toFuture()) ? "held" : "free");
				}));
		assertThat(flux.take(1).blockLast(SAFETY)).isEqualTo(1);
		until(() -> isFree(this.key));
		assertThat(order).containsExactly("held");
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void cancel_whileTheActionsOwnCodeRunsOnAnotherThreadTheKeyStaysHeldUntilThatReturns(Form form) {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<CompletableFuture<String>> result = new AtomicReference<>();
		Thread caller = start(() -> {
			Mono<String> action = Mono.fromSupplier(() -> {
				inside.countDown();
				await(goOn);
				return "too late";
			});
			Publisher<String> locked = (form == Form.MONO) ? service().executeMono(this.key, () -> action)
					: service().executeFlux(this.key, () -> action);
			BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
			};
			CompletableFuture<String> handle = new CompletableFuture<>();
			handle.whenComplete((value, failure) -> subscriber.cancel());
			result.set(handle);
			locked.subscribe(subscriber);
		});
		await(inside);
		result.get().cancel(true);
		Call next = call(patient(this.key));
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.hasStarted()).isFalse();
		goOn.countDown();
		next.release();
		until(() -> !caller.isAlive());
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void cancel_whileTheActionIsInvokedOnAnotherThreadTheKeyStaysHeldUntilThatReturns(Form form) {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicInteger subscriptions = new AtomicInteger();
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
		};
		Thread caller = start(() -> {
			Mono<String> action = Mono.<String>never().doOnSubscribe((subscription) -> subscriptions.incrementAndGet());
			if (form == Form.MONO) {
				service().executeMono(this.key, () -> invoked(inside, goOn, action)).subscribe(subscriber);
			}
			else {
				service().executeFlux(this.key, () -> invoked(inside, goOn, action)).subscribe(subscriber);
			}
		});
		await(inside);
		subscriber.cancel();
		Call next = call(patient(this.key));
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.hasStarted()).isFalse();
		goOn.countDown();
		next.release();
		until(() -> !caller.isAlive());
	}

	private static Mono<String> invoked(CountDownLatch inside, CountDownLatch goOn, Mono<String> action) {
		inside.countDown();
		await(goOn);
		return action;
	}

	@ParameterizedTest
	@EnumSource(names = { "MONO", "FLUX" })
	void cancel_inOnSubscribeTakesNothing(Form form) {
		AtomicInteger runs = new AtomicInteger();
		BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.cancel();
			}
		};
		if (form == Form.MONO) {
			service().executeMono(this.key, () -> Mono.fromCallable(runs::incrementAndGet)).subscribe(subscriber);
		}
		else {
			service().executeFlux(this.key, () -> Mono.fromCallable(runs::incrementAndGet)).subscribe(subscriber);
		}
		assertThat(isFree(this.key)).isTrue();
		assertThat(runs).hasValue(0);
	}

	@Test
	void cancel_aPublisherWhoseCancelThrowsDoesNotKeepTheKey() {
		CountDownLatch started = new CountDownLatch(1);
		Flux<String> flux = service().executeFlux(this.key, () -> (subscriber) -> {
			subscriber.onSubscribe(new Subscription() {
				@Override
				public void request(long demand) {
					// Has nothing.
				}

				@Override
				public void cancel() {
					throw new IllegalStateException("I will not");
				}
			});
			started.countDown();
		});
		BaseSubscriber<String> subscriber = new BaseSubscriber<>() {
		};
		flux.subscribe(subscriber);
		await(started);
		try {
			subscriber.cancel();
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessage("I will not");
		}
		passThrough(this.key);
	}

	@Test
	void cancel_aMonoThatCancelsItselfInItsValueReleasesOnce() {
		for (int i = 0; i < 50; i++) {
			assertThat(service().executeFlux(this.key, () -> Flux.range(0, 10)).take(1).blockLast(SAFETY)).isZero();
			assertThat(service().executeMono(this.key, () -> Mono.just("a").flux().next()).block(SAFETY))
				.isEqualTo("a");
		}
		until(() -> isFree(this.key));
	}

	@Test
	void theSubscribersContextReachesTheAction() {
		Call holder = hold(this.key);
		CompletableFuture<String> result = service()
			.executeMono(patient(this.key),
					(lease) -> Mono.deferContextual((context) -> Mono.just(context.get("user"))))
			.map(String::valueOf)
			.contextWrite(Context.of("user", "ann"))
			.toFuture();
		holder.release();
		assertThat(get(result)).isEqualTo("ann");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void theLeaseIsHeldWhileTheActionRunsAndNoLonger(Form form) {
		AtomicReference<Lease> lease = new AtomicReference<>();
		assertGiven(form.run(service(), LockRequest.of(this.key), (granted) -> {
			lease.set(granted);
			return done(granted.isHeld());
		})).isEqualTo(true);
		assertThat(lease.get().isHeld()).isFalse();
		assertThat(lease.get().keys()).containsExactly(this.key);
	}

	@Test
	void aPublisherThatSignalsTwiceReleasesOnce() {
		TestPublisher<String> source = TestPublisher.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		CompletableFuture<List<String>> result = service().executeFlux(this.key, source::flux).collectList().toFuture();
		until(source::wasSubscribed);
		source.next("one").complete();
		assertThat(get(result)).containsExactly("one");
		Call next = hold(this.key);
		source.complete();
		assertThat(isFree(this.key)).isFalse();
		next.release();
	}

}
