package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * S1: at most one action per key, whatever callers do to what they were given.
 */
abstract class ExclusionContract extends ServiceContract {

	@ParameterizedTest
	@EnumSource(Tampering.class)
	void s1_keyIsHeldUntilTheActionsOwnStageEnds_whateverTheCallerDoesToItsFuture(Tampering tampering) {
		Call holder = hold(this.key);
		tampering.with(holder.result);
		Call next = call(patient(this.key));
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.hasStarted()).isFalse();
		assertThat(holder.lease().isHeld()).isTrue();
		holder.end.complete("late");
		next.release();
	}

	@ParameterizedTest
	@EnumSource(Tampering.class)
	void s1_sameForAnActionThatHadToWait(Tampering tampering) {
		ExecutorService executor = Executors.newSingleThreadExecutor();
		use((builder) -> builder.executor(executor));
		Call first = hold(this.key);
		Call waited = call(patient(this.key));
		first.release();
		Call next = call(patient(this.key));
		waited.lease();
		// The one that starts it has returned: the action's stage is what keeps the key.
		get(CompletableFuture.runAsync(() -> {
		}, executor));
		tampering.with(waited.result);
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.hasStarted()).isFalse();
		waited.end.complete("late");
		next.release();
		executor.shutdown();
	}

	@ParameterizedTest
	@EnumSource(Tampering.class)
	void cancel_aCallerThatEndsItsWaitingFutureIsWithdrawnAndPassesTheTurnOn(Tampering tampering) {
		Call first = hold(this.key);
		Call waiting = call(patient(this.key));
		Call next = call(patient(this.key));
		tampering.with(waiting.result);
		first.release();
		if (tampering.endsTheFutureItself) {
			next.release();
			assertThat(waiting.hasStarted()).isFalse();
		}
		else {
			assertThat(next.hasStarted()).isFalse();
			waiting.release();
			next.release();
		}
	}

	@ParameterizedTest
	@EnumSource(Tampering.class)
	void cancel_aCallerOfSeveralKeysThatEndsItsWaitingFutureGivesBackThoseItHad(Tampering tampering) {
		Call first = hold(key("b"));
		Call waiting = call(patient(key("a"), key("b")));
		assertThat(isFree(key("a"))).isFalse();
		tampering.with(waiting.result);
		if (tampering.endsTheFutureItself) {
			until(() -> isFree(key("a")));
			first.release();
			assertThat(isFree(key("a"), key("b"))).isTrue();
			assertThat(waiting.hasStarted()).isFalse();
		}
		else {
			first.release();
			waiting.release();
		}
	}

	@Test
	void s1_whatTheCallerMadeOfItsFutureStays() {
		Call holder = hold(this.key);
		holder.result.complete("the caller's");
		holder.release();
		assertThat(get(holder.result)).isEqualTo("the caller's");
	}

	@Test
	void s1_dependentStagesOfTheCallerSeeTheResultAndCannotFreeTheKey() {
		Call first = hold(this.key);
		Call holder = call(patient(this.key));
		CompletableFuture<String> dependent = holder.result.thenApply((value) -> value + "!");
		first.release();
		holder.lease();
		assertThat(dependent).isNotInstanceOf(holder.result.getClass());
		dependent.cancel(true);
		CompletableFuture<String> other = holder.result.thenApply((value) -> value + "?");
		assertThat(isFree(this.key)).isFalse();
		holder.release();
		assertThat(get(other)).isEqualTo("done?");
	}

	@Test
	void s1_twoThreadsThatHammerAndTamperNeverOverlap() throws Exception {
		Detector detector = new Detector();
		ExecutorService workers = Executors.newFixedThreadPool(2);
		Runnable hammer = () -> {
			AtomicReferenceArray<CompletableFuture<Integer>> results = new AtomicReferenceArray<>(3000);
			for (int i = 0; i < results.length(); i++) {
				int number = i;
				results.set(i, Form.values()[i % 3].run(service(), patient(this.key), (lease) -> {
					detector.enter();
					CompletableFuture<Integer> stage = new CompletableFuture<>();
					workers.execute(() -> {
						tamper(results.get(number), number % 3 == 0);
						Thread.yield();
						detector.leave();
						stage.complete(1);
					});
					return stage;
				}));
				if (number % 7 == 0) {
					tamper(results.get(number), number % 3 == 0);
				}
			}
			for (int i = 0; i < results.length(); i++) {
				get(results.get(i).handle((value, failure) -> "any"));
			}
		};
		CompletableFuture<Void> one = CompletableFuture.runAsync(hammer, ServiceContract::start);
		CompletableFuture<Void> two = CompletableFuture.runAsync(hammer, ServiceContract::start);
		get(one);
		get(two);
		passThrough(this.key);
		workers.shutdown();
		detector.verify();
		assertThat(detector.entries.get()).isPositive();
		assertThat(isFree(this.key)).isTrue();
	}

	/** Whatever a caller may do while its action runs; a mono's cancel would end it. */
	private static void tamper(CompletableFuture<Integer> result, boolean future) {
		if (result != null && future) {
			switch (ThreadLocalRandom.current().nextInt(6)) {
				case 0 -> result.cancel(true);
				case 1 -> result.complete(2);
				case 2 -> result.obtrudeValue(3);
				case 3 -> result.orTimeout(1, TimeUnit.MICROSECONDS);
				default -> {
				}
			}
		}
	}

	@Test
	void s1_cancellingWaitersAndGrantsThatRaceLeaveTheKeyFreeAndNeverOverlap() {
		Detector detector = new Detector();
		for (int i = 0; i < 2000; i++) {
			Call first = hold(this.key);
			List<CompletableFuture<String>> waiting = new ArrayList<>();
			for (Form form : new Form[] { Form.FUTURE, Form.MONO, Form.FUTURE, Form.FLUX }) {
				waiting.add(form.run(service(), patient(this.key), (lease) -> {
					detector.enter();
					detector.leave();
					return done("ran");
				}));
			}
			AtomicBoolean go = new AtomicBoolean();
			CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
				while (!go.get()) {
					Thread.onSpinWait();
				}
				waiting.forEach((result) -> result.cancel(true));
			});
			go.set(true);
			first.end.complete("done");
			get(canceller);
			passThrough(this.key);
		}
		detector.verify();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void s1_differentKeysDoNotExcludeEachOther() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		b.release();
		a.release();
	}

	@Test
	void s1_anActionThatThrowsAfterItForkedIsOverAndFreesTheKey() {
		IllegalStateException thrown = new IllegalStateException("thrown");
		CompletableFuture<String> result = service().execute(this.key, () -> {
			throw thrown;
		});
		assertThat(failure(result)).isSameAs(thrown);
		assertThat(isFree(this.key)).isTrue();
	}

	/** Finds two that are inside at once. */
	static final class Detector {

		final AtomicInteger entries = new AtomicInteger();

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicBoolean overlapped = new AtomicBoolean();

		void enter() {
			this.entries.incrementAndGet();
			if (!this.inside.compareAndSet(0, 1)) {
				this.overlapped.set(true);
			}
		}

		void leave() {
			if (!this.inside.compareAndSet(1, 0)) {
				this.overlapped.set(true);
			}
		}

		void verify() {
			assertThat(this.overlapped).as("two actions of one key ran at once").isFalse();
		}

	}

	/** What a caller can do to its future. */
	enum Tampering {

		CANCEL(true) {
			@Override
			void with(CompletableFuture<String> future) {
				assertThat(future.cancel(true)).isTrue();
			}
		},

		COMPLETE(true) {
			@Override
			void with(CompletableFuture<String> future) {
				assertThat(future.complete("tampered")).isTrue();
			}
		},

		COMPLETE_EXCEPTIONALLY(true) {
			@Override
			void with(CompletableFuture<String> future) {
				assertThat(future.completeExceptionally(new IllegalStateException("tampered"))).isTrue();
			}
		},

		OBTRUDE_VALUE(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.obtrudeValue("tampered");
			}
		},

		OBTRUDE_EXCEPTION(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.obtrudeException(new IllegalStateException("tampered"));
			}
		},

		OR_TIMEOUT(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.orTimeout(1, TimeUnit.NANOSECONDS);
				ended(future);
			}
		},

		COMPLETE_ON_TIMEOUT(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.completeOnTimeout("tampered", 1, TimeUnit.NANOSECONDS);
				ended(future);
			}
		},

		COMPLETE_ASYNC(true) {
			@Override
			void with(CompletableFuture<String> future) {
				CompletableFuture<Void> ran = new CompletableFuture<>();
				future.completeAsync(() -> "tampered", (task) -> ServiceContract.start(() -> {
					task.run();
					ran.complete(null);
				}));
				get(ran);
				ended(future);
			}
		},

		COMPLETE_ASYNC_WITH_A_FAILING_SUPPLIER(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.completeAsync(() -> {
					throw new IllegalStateException("tampered");
				}, Runnable::run);
				ended(future);
			}
		},

		COMPLETE_ASYNC_ON_THE_DEFAULT_EXECUTOR(true) {
			@Override
			void with(CompletableFuture<String> future) {
				future.completeAsync(() -> "tampered");
				ended(future);
			}
		},

		CANCEL_A_COPY(false) {
			@Override
			void with(CompletableFuture<String> future) {
				future.copy().cancel(true);
			}
		},

		CANCEL_A_DEPENDENT(false) {
			@Override
			void with(CompletableFuture<String> future) {
				future.thenApply((value) -> value).cancel(true);
			}
		},

		CANCEL_A_MINIMAL_STAGE(false) {
			@Override
			void with(CompletableFuture<String> future) {
				future.minimalCompletionStage().toCompletableFuture().cancel(true);
			}
		};

		final boolean endsTheFutureItself;

		Tampering(boolean endsTheFutureItself) {
			this.endsTheFutureItself = endsTheFutureItself;
		}

		abstract void with(CompletableFuture<String> future);

		private static void ended(CompletableFuture<String> future) {
			get(future.handle((value, failure) -> "any"));
		}

	}

}
