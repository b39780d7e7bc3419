package io.github.asynclock.aop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;

import io.github.asynclock.LockKeyException;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Each kind of result holds the key until it has ended, and fails in its own way.
 */
class LockedResultsTests {

	private AnnotationConfigApplicationContext context;

	private NaiveLockService locks;

	private State state;

	private Work work;

	@BeforeEach
	void start() {
		this.context = LockedContext.of(State.class, Work.class);
		this.state = this.context.getBean(State.class);
		this.locks = this.context.getBean(NaiveLockService.class);
		this.work = this.context.getBean(Work.class);
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void aFutureHoldsItsKeyUntilItHasEndedAndNotUntilTheMethodReturns() {
		CompletableFuture<String> first = this.work.future("a");
		assertThat(this.state.started).hasValue(1);
		CompletableFuture<String> second = this.work.future("a");
		assertThat(this.locks.isHeld("a")).isTrue();
		assertThat(this.state.started).as("the second waits").hasValue(1);
		this.state.end.tryEmitEmpty();
		assertThat(first).isCompletedWithValue("done");
		assertThat(second).isCompletedWithValue("done");
		assertThat(this.locks.events).containsExactly("locked a", "unlocked a", "locked a", "unlocked a");
	}

	@Test
	void aStageMethodMayReturnAnyStage() {
		assertThat(this.work.stage("a").toCompletableFuture()).isNotDone();
		this.state.end.tryEmitEmpty();
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void aMonoLocksAndRunsPerSubscriptionAndNothingBefore() {
		Mono<String> mono = this.work.mono("a");
		assertThat(this.state.started).hasValue(0);
		assertThat(this.locks.requests).isEmpty();
		this.state.end.tryEmitEmpty();
		StepVerifier.create(mono).expectNext("done").verifyComplete();
		StepVerifier.create(mono.repeat(1)).expectNext("done", "done").verifyComplete();
		assertThat(this.state.started).hasValue(3);
		assertThat(this.locks.requests).hasSize(3);
	}

	@Test
	void aMonoHoldsItsKeyUntilItHasEnded() {
		StepVerifier.create(this.work.mono("a"))
			.then(() -> assertThat(this.locks.isHeld("a")).isTrue())
			.then(() -> this.state.end.tryEmitEmpty())
			.expectNext("done")
			.verifyComplete();
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void aFluxHoldsItsKeyUntilItHasEnded() {
		StepVerifier.create(this.work.flux("a"))
			.expectNext(1)
			.then(() -> assertThat(this.locks.isHeld("a")).isTrue())
			.then(() -> this.state.end.tryEmitEmpty())
			.expectNext(2)
			.verifyComplete();
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void cancellingAFluxReleases() {
		StepVerifier.create(this.work.flux("a")).expectNext(1).thenCancel().verify();
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void aPublisherIsLazy() {
		Publisher<Integer> publisher = this.work.publisher("a");
		assertThat(this.locks.requests).isEmpty();
		StepVerifier.create(publisher).expectNext(1, 2).verifyComplete();
		assertThat(this.locks.events).containsExactly("locked a", "unlocked a");
	}

	@Test
	void rxJavaTypesAreLazyAndHoldUntilTheyHaveEnded() {
		Single<String> single = this.work.single("single");
		Maybe<String> maybe = this.work.maybe("maybe");
		Completable completable = this.work.completable("completable");
		Flowable<Integer> flowable = this.work.flowable("flowable");
		Observable<Integer> observable = this.work.observable("observable");
		assertThat(this.state.started).hasValue(0);
		assertThat(single.blockingGet()).isEqualTo("done");
		assertThat(maybe.blockingGet()).isEqualTo("done");
		completable.blockingAwait();
		assertThat(flowable.toList().blockingGet()).containsExactly(1, 2);
		assertThat(observable.toList().blockingGet()).containsExactly(1, 2);
		assertThat(this.locks.events).containsExactly("locked single", "end single", "unlocked single", "locked maybe",
				"end maybe", "unlocked maybe", "locked completable", "end completable", "unlocked completable",
				"locked flowable", "end flowable", "unlocked flowable", "locked observable", "end observable",
				"unlocked observable");
	}

	@Test
	void mutinyTypesAreLazyAndHoldUntilTheyHaveEnded() {
		Uni<String> uni = this.work.uni("uni");
		Multi<Integer> multi = this.work.multi("multi");
		assertThat(this.state.started).hasValue(0);
		assertThat(uni.await().indefinitely()).isEqualTo("done");
		assertThat(multi.collect().asList().await().indefinitely()).containsExactly(1, 2);
		assertThat(this.locks.events).containsExactly("locked uni", "end uni", "unlocked uni", "locked multi",
				"end multi", "unlocked multi");
	}

	@Test
	void aFlowPublisherIsLazyAndHoldsUntilItHasEnded() {
		Flow.Publisher<Integer> publisher = this.work.flow("flow");
		assertThat(this.locks.requests).isEmpty();
		StepVerifier.create(JdkFlowAdapter.flowPublisherToFlux(publisher)).expectNext(1, 2).verifyComplete();
		assertThat(this.locks.events).containsExactly("locked flow", "end flow", "unlocked flow");
	}

	@Test
	void aSynchronousMethodHoldsUntilItReturns() throws Exception {
		assertThat(this.work.synchronous("a", null)).isEqualTo("held: true");
		assertThat(this.locks.events).containsExactly("locked a", "unlocked a");
	}

	@Test
	void aCheckedExceptionOfASynchronousMethodArrivesAsItself() {
		IOException failure = new IOException("disk");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.work.synchronous("a", failure))
			.isSameAs(failure);
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void anErrorOfASynchronousMethodArrivesAsItself() {
		Error failure = new AssertionError("broken");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.work.synchronous("a", failure))
			.isSameAs(failure);
	}

	@Test
	void aSynchronousMethodIsRefusedOnAThreadThatMustNotBlock() {
		Mono<Object> call = Mono.fromCallable(() -> (Object) this.work.synchronous("a", null))
			.subscribeOn(Schedulers.parallel());
		StepVerifier.create(call)
			.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("Work.synchronous(")
				.hasMessageContaining("parallel-"));
		assertThat(this.locks.requests).isEmpty();
	}

	@Test
	void anExceptionThrownByTheBodyOfAnAsynchronousMethodFailsItsResult() {
		IllegalArgumentException failure = new IllegalArgumentException("bad");
		CompletableFuture<String> future = this.work.failingFuture("a", failure);
		assertThat(future.handle((value, ex) -> ex)).isCompletedWithValue(failure);
		StepVerifier.create(this.work.failingMono("a", failure))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
		StepVerifier.create(this.work.failingFlux("a", failure))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void aCheckedExceptionThrownByTheBodyOfAnAsynchronousMethodFailsItsResult() {
		IOException failure = new IOException("disk");
		assertThat(this.work.failingFuture("a", failure).handle((value, ex) -> ex)).isCompletedWithValue(failure);
		StepVerifier.create(this.work.failingMono("a", failure))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isSameAs(failure));
	}

	@Test
	void nullInsteadOfAResultIsAnErrorThatNamesTheMethod() {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> this.work.nullFuture("a").join())
			.havingCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessageContaining("Work.nullFuture(String)");
		StepVerifier.create(this.work.nullMono("a"))
			.verifyErrorMessage(Work.class.getName() + ".nullMono(String) returned null where its declared type"
					+ " promises a result to wait for; return an empty one");
		StepVerifier.create(this.work.nullFlux("a")).verifyError(IllegalStateException.class);
		assertThat(this.locks.isHeld("a")).isFalse();
	}

	@Test
	void aKeyThatCannotBeResolvedFailsTheResultInItsOwnWay() {
		CompletableFuture<String> future = this.work.future(null);
		assertThat(future.handle((value, ex) -> ex.getClass().getName()))
			.isCompletedWithValue(LockKeyException.class.getName());
		Mono<String> mono = this.work.mono(null);
		StepVerifier.create(mono).verifyError(LockKeyException.class);
		StepVerifier.create(this.work.flux(null)).verifyError(LockKeyException.class);
		this.work.single(null).test().assertError(LockKeyException.class);
		assertThatExceptionOfType(LockKeyException.class).isThrownBy(() -> this.work.synchronous(null, null));
		assertThat(this.state.started).hasValue(0);
	}

	@Test
	void aSkippedCallHasAnEmptyResult() {
		CompletableFuture<String> winner = this.work.skippingFuture("a");
		assertThat(this.work.skippingFuture("a")).isCompletedWithValue(null);
		StepVerifier.create(this.work.skippingMono("a")).verifyComplete();
		assertThat(this.work.skippingSynchronous("a")).isNull();
		assertThat(this.work.skippingMaybe("a").isEmpty().blockingGet()).isTrue();
		this.state.end.tryEmitEmpty();
		assertThat(winner).isCompletedWithValue("done");
	}

	@Test
	void anUntypedMethodThatReturnsRunningWorkIsAnError() {
		assertThat(this.work.untyped("a", "text")).isEqualTo("text");
		assertThatIllegalStateException().isThrownBy(() -> this.work.untyped("a", new CompletableFuture<>()))
			.withMessageContaining("Work.untyped(String, Object)");
	}

	@Test
	void concurrentSubscriptionsOfOneMonoTakeTurns() {
		Mono<String> mono = this.work.mono("a");
		List<String> results = new ArrayList<>();
		mono.subscribe(results::add);
		mono.subscribe(results::add);
		assertThat(this.state.started).hasValue(1);
		this.state.end.tryEmitEmpty();
		assertThat(results).containsExactly("done", "done");
		assertThat(this.state.started).hasValue(2);
	}

	@Test
	void theKeyIsEvaluatedPerSubscription() {
		AtomicReference<String> key = new AtomicReference<>("first");
		Mono<String> mono = this.work.byReference(key);
		mono.block();
		key.set("second");
		mono.block();
		assertThat(this.locks.events).containsExactly("locked first", "unlocked first", "locked second",
				"unlocked second");
	}

	/** What the test and the bean share; a proxy has no state of its own. */
	static class State {

		final AtomicInteger started = new AtomicInteger();

		final Sinks.Empty<Void> end = Sinks.empty();

	}

	static class Work {

		private final NaiveLockService locks;

		private final State state;

		Work(NaiveLockService locks, State state) {
			this.locks = locks;
			this.state = state;
		}

		@Locked("#key")
		CompletableFuture<String> future(String key) {
			this.state.started.incrementAndGet();
			return this.state.end.asMono().thenReturn("done").toFuture();
		}

		@Locked("#key")
		CompletionStage<String> stage(String key) {
			return this.state.end.asMono().thenReturn("done").toFuture().minimalCompletionStage();
		}

		@Locked("#key")
		Mono<String> mono(String key) {
			this.state.started.incrementAndGet();
			return this.state.end.asMono().thenReturn("done");
		}

		@Locked("#key")
		Flux<Integer> flux(String key) {
			this.state.started.incrementAndGet();
			return Flux.concat(Mono.just(1), this.state.end.asMono().thenReturn(2));
		}

		@Locked("#key")
		Publisher<Integer> publisher(String key) {
			return Flux.just(1, 2);
		}

		private Mono<String> one(String key) {
			this.state.started.incrementAndGet();
			return Mono.just("done").doOnTerminate(() -> this.locks.events.add("end " + key));
		}

		private Flux<Integer> many(String key) {
			this.state.started.incrementAndGet();
			return Flux.just(1, 2).doOnTerminate(() -> this.locks.events.add("end " + key));
		}

		@Locked("#key")
		Single<String> single(String key) {
			return Single.fromPublisher(one(key));
		}

		@Locked("#key")
		Maybe<String> maybe(String key) {
			return Maybe.fromPublisher(one(key));
		}

		@Locked("#key")
		Completable completable(String key) {
			return Completable.fromPublisher(one(key));
		}

		@Locked("#key")
		Flowable<Integer> flowable(String key) {
			return Flowable.fromPublisher(many(key));
		}

		@Locked("#key")
		Observable<Integer> observable(String key) {
			return Observable.fromPublisher(many(key));
		}

		@Locked("#key")
		Uni<String> uni(String key) {
			this.state.started.incrementAndGet();
			return Uni.createFrom().item("done").onItem().invoke(() -> this.locks.events.add("end " + key));
		}

		@Locked("#key")
		Multi<Integer> multi(String key) {
			this.state.started.incrementAndGet();
			return Multi.createFrom().items(1, 2).onCompletion().invoke(() -> this.locks.events.add("end " + key));
		}

		@Locked("#key")
		Flow.Publisher<Integer> flow(String key) {
			return JdkFlowAdapter.publisherToFlowPublisher(many(key));
		}

		@Locked("#key")
		String synchronous(String key, Throwable failure) throws IOException {
			if (failure instanceof IOException checked) {
				throw checked;
			}
			if (failure instanceof Error error) {
				throw error;
			}
			return "held: " + this.locks.isHeld(key);
		}

		@Locked("#key")
		CompletableFuture<String> failingFuture(String key, Exception failure) {
			throw Unchecked.sneaky(failure);
		}

		@Locked("#key")
		Mono<String> failingMono(String key, Exception failure) {
			throw Unchecked.sneaky(failure);
		}

		@Locked("#key")
		Flux<String> failingFlux(String key, Exception failure) {
			throw Unchecked.sneaky(failure);
		}

		@Locked("#key")
		CompletableFuture<String> nullFuture(String key) {
			return null;
		}

		@Locked("#key")
		Mono<String> nullMono(String key) {
			return null;
		}

		@Locked("#key")
		Flux<String> nullFlux(String key) {
			return null;
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		CompletableFuture<String> skippingFuture(String key) {
			return this.state.end.asMono().thenReturn("done").toFuture();
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		Mono<String> skippingMono(String key) {
			return Mono.just("ran");
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		Maybe<String> skippingMaybe(String key) {
			return Maybe.just("ran");
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		String skippingSynchronous(String key) {
			return "ran";
		}

		@Locked("#key")
		Object untyped(String key, Object result) {
			return result;
		}

		@Locked("#key.get()")
		Mono<String> byReference(AtomicReference<String> key) {
			return Mono.just("done");
		}

	}

	private static final class Unchecked {

		@SuppressWarnings("unchecked")
		static <T extends Throwable> RuntimeException sneaky(Throwable failure) throws T {
			throw (T) failure;
		}

	}

}
