package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code @Locked} methods that return RxJava 3's and Mutiny's types, on any store. A
 * {@code Single} with {@code onTimeout = SKIP} is refused at start-up:
 * {@code LockedDefinitionTests}.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class ReactiveTypesContract {

	/** What an application sets to keep its locks there. */
	abstract String[] properties();

	@Test
	void asksOnSubscriptionAndHoldsToTheEndWhileTheNextWaits() {
		run((type, work, locks) -> {
			String key = UUID.randomUUID().toString();
			Action first = new Action();
			Action second = new Action();
			Supplier<Call> lazyFirst = type.of(work, key, first.mono);
			Supplier<Call> lazySecond = type.of(work, key, second.mono);
			assertThat(isFree(locks, key)).as("nobody has subscribed").isTrue();
			Call one = lazyFirst.get();
			get(first.started);
			Call other = lazySecond.get();
			assertThat(isFree(locks, key)).isFalse();
			assertThat(second.started).isNotDone();
			assertThat(one.result()).isNotDone();
			first.end.complete("one");
			assertThat(get(one.result())).isEqualTo("one");
			get(second.started);
			second.end.complete("other");
			assertThat(get(other.result())).isEqualTo("other");
			assertThat(isFree(locks, key)).isTrue();
		});
	}

	@Test
	void eachSubscriptionLocksAgain() {
		run((type, work, locks) -> {
			String key = UUID.randomUUID().toString();
			Action action = new Action();
			action.end.complete("ended");
			Supplier<Call> lazy = type.of(work, key, action.mono);
			assertThat(get(lazy.get().result())).isEqualTo("ended");
			CompletableFuture<String> held = new CompletableFuture<>();
			CompletableFuture<Boolean> started = new CompletableFuture<>();
			locks.execute(key, () -> {
				started.complete(true);
				return held;
			});
			get(started);
			Call again = lazy.get();
			assertThat(again.result()).isNotDone();
			held.complete("released");
			assertThat(get(again.result())).isEqualTo("ended");
		});
	}

	@Test
	void disposedWhileItWaits_itNeverRuns() {
		run((type, work, locks) -> {
			String key = UUID.randomUUID().toString();
			Action first = new Action();
			Action second = new Action();
			Call one = type.of(work, key, first.mono).get();
			get(first.started);
			Call other = type.of(work, key, second.mono).get();
			other.dispose().run();
			first.end.complete("one");
			get(one.result());
			passThrough(locks, key);
			assertThat(second.started).isNotDone();
			assertThat(isFree(locks, key)).isTrue();
		});
	}

	@Test
	void disposedWhileItRuns_theActionIsCancelledAndTheKeyFreed() {
		run((type, work, locks) -> {
			String key = UUID.randomUUID().toString();
			Action action = new Action();
			Call call = type.of(work, key, action.mono).get();
			get(action.started);
			call.dispose().run();
			get(action.cancelled);
			passThrough(locks, key);
		});
	}

	@Test
	void anErrorOfTheActionArrivesAsItIsAndTheKeyIsFree() {
		run((type, work, locks) -> {
			String key = UUID.randomUUID().toString();
			Action action = new Action();
			IllegalStateException problem = new IllegalStateException("no");
			Call call = type.of(work, key, action.mono).get();
			get(action.started);
			action.end.completeExceptionally(problem);
			assertThat(get(call.result().<Throwable>handle((value, failure) -> failure))).isSameAs(problem);
			assertThat(isFree(locks, key)).isTrue();
		});
	}

	@Test
	void skipped_whatCanBeEmptyIs() {
		run((type, work, locks) -> {
			if (type == Type.SINGLE) {
				return; // refused at start-up
			}
			String key = UUID.randomUUID().toString();
			CompletableFuture<Boolean> started = new CompletableFuture<>();
			CompletableFuture<String> held = new CompletableFuture<>();
			CompletableFuture<String> holder = locks.execute(key, () -> {
				started.complete(true);
				return held;
			});
			get(started);
			Action action = new Action();
			assertThat(get(type.skipping(work, key, action.mono).get().result())).isEqualTo(Call.EMPTY);
			assertThat(action.started).isNotDone();
			held.complete("released");
			get(holder);
		});
	}

	private void run(Check check) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withPropertyValues(properties())
			.withBean(Work.class)
			.run((context) -> {
				for (Type type : Type.values()) {
					try {
						check.of(type, context.getBean(Work.class), context.getBean(LockService.class));
					}
					catch (Throwable ex) {
						throw new AssertionError(type + ": " + ex.getMessage(), ex);
					}
				}
			});
	}

	private static boolean isFree(LockService locks, String key) {
		LockRequest once = LockRequest.of(key).waitingAtMost(Duration.ZERO).orSkip();
		return get(locks.execute(once, (lease) -> CompletableFuture.completedFuture("free"))) != null;
	}

	/** Ends when one that waits has had the key: those before it had it, too. */
	private static void passThrough(LockService locks, String key) {
		get(locks.execute(key, () -> CompletableFuture.completedFuture("ran")));
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(20, TimeUnit.SECONDS).join();
	}

	private interface Check {

		void of(Type type, Work work, LockService locks);

	}

	/** What a method does under its lock. */
	private static final class Action {

		private final CompletableFuture<Boolean> started = new CompletableFuture<>();

		private final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

		private final CompletableFuture<String> end = new CompletableFuture<>();

		private final Mono<String> mono = Mono.fromFuture(this.end, true)
			.doOnSubscribe((any) -> this.started.complete(true))
			.doOnCancel(() -> this.cancelled.complete(true));

	}

	/** A subscription. */
	record Call(CompletableFuture<String> result, Runnable dispose) {

		static final String EMPTY = "empty";

		static Call begin(Begin begin) {
			CompletableFuture<String> result = new CompletableFuture<>();
			Runnable dispose = begin.begin((value) -> result.complete((value != null) ? value : EMPTY),
					result::completeExceptionally);
			return new Call(result, dispose);
		}

		interface Begin {

			Runnable begin(Consumer<String> ended, Consumer<Throwable> failed);

		}

	}

	/** A method of {@link Work}. */
	private interface Method<R> {

		R of(Work work, String key, Mono<String> action);

	}

	/** The types; each call is made when it is subscribed to. */
	enum Type {

		SINGLE(Work::single, (work, key, action) -> {
			throw new IllegalStateException("refused at start-up");
		}, (single) -> (ended, failed) -> single.subscribe(ended::accept, failed::accept)::dispose),

		MAYBE(Work::maybe, Work::skippingMaybe,
				(maybe) -> (ended,
						failed) -> maybe.subscribe(ended::accept, failed::accept, () -> ended.accept(null))::dispose),

		COMPLETABLE(Type::completable, (work, key, action) -> begin(work.skippingCompletable(key, action), () -> null),
				(begin) -> begin),

		FLOWABLE(Work::flowable, Work::skippingFlowable, (flowable) -> begin(flowable.toList())),

		OBSERVABLE(Work::observable, Work::skippingObservable, (observable) -> begin(observable.toList())),

		UNI(Work::uni, Work::skippingUni, (uni) -> (ended, failed) -> uni.subscribe().with(ended, failed)::cancel),

		MULTI(Work::multi, Work::skippingMulti,
				(multi) -> (ended,
						failed) -> multi.collect()
							.asList()
							.subscribe()
							.with((values) -> ended.accept(last(values)), failed)::cancel);

		private final Method<Supplier<Call>> usual;

		private final Method<Supplier<Call>> skipping;

		<R> Type(Method<R> usual, Method<R> skipping, Function<R, Call.Begin> begin) {
			this.usual = lazily(usual, begin);
			this.skipping = lazily(skipping, begin);
		}

		private static <R> Method<Supplier<Call>> lazily(Method<R> method, Function<R, Call.Begin> begin) {
			return (work, key, action) -> {
				R returned = method.of(work, key, action);
				return () -> Call.begin(begin.apply(returned));
			};
		}

		Supplier<Call> of(Work work, String key, Mono<String> action) {
			return this.usual.of(work, key, action);
		}

		/** Where the wait time is zero. */
		Supplier<Call> skipping(Work work, String key, Mono<String> action) {
			return this.skipping.of(work, key, action);
		}

		/** It has no value of its own: the action's. */
		private static Call.Begin completable(Work work, String key, Mono<String> action) {
			StringBuilder value = new StringBuilder();
			return begin(work.completable(key, action.doOnNext((one) -> value.replace(0, value.length(), one))),
					value::toString);
		}

		private static Call.Begin begin(Completable completable, Supplier<String> value) {
			return (ended, failed) -> completable.subscribe(() -> ended.accept(value.get()), failed::accept)::dispose;
		}

		private static Call.Begin begin(Single<List<String>> all) {
			return (ended, failed) -> all.subscribe((values) -> ended.accept(last(values)), failed::accept)::dispose;
		}

		private static String last(List<String> values) {
			return values.isEmpty() ? null : values.get(values.size() - 1);
		}

	}

	static class Work {

		@Locked("#key")
		public Single<String> single(String key, Mono<String> action) {
			return Single.fromPublisher(action);
		}

		@Locked("#key")
		public Maybe<String> maybe(String key, Mono<String> action) {
			return Maybe.fromPublisher(action);
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Maybe<String> skippingMaybe(String key, Mono<String> action) {
			return maybe(key, action);
		}

		@Locked("#key")
		public Completable completable(String key, Mono<String> action) {
			return Completable.fromPublisher(action);
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Completable skippingCompletable(String key, Mono<String> action) {
			return completable(key, action);
		}

		/** Its first value is no end. */
		@Locked("#key")
		public Flowable<String> flowable(String key, Mono<String> action) {
			return Flowable.just("first").concatWith(Flowable.fromPublisher(action));
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Flowable<String> skippingFlowable(String key, Mono<String> action) {
			return flowable(key, action);
		}

		@Locked("#key")
		public Observable<String> observable(String key, Mono<String> action) {
			return Observable.just("first").concatWith(Observable.fromPublisher(action));
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Observable<String> skippingObservable(String key, Mono<String> action) {
			return observable(key, action);
		}

		@Locked("#key")
		public Uni<String> uni(String key, Mono<String> action) {
			return Uni.createFrom().publisher(JdkFlowAdapter.publisherToFlowPublisher(action));
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Uni<String> skippingUni(String key, Mono<String> action) {
			return uni(key, action);
		}

		@Locked("#key")
		public Multi<String> multi(String key, Mono<String> action) {
			return Multi.createFrom()
				.publisher(JdkFlowAdapter.publisherToFlowPublisher(action.flux().startWith("first")));
		}

		@Locked(key = "#key", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public Multi<String> skippingMulti(String key, Mono<String> action) {
			return multi(key, action);
		}

	}

}
