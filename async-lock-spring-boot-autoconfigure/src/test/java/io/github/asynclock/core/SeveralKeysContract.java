package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several keys: all or none, in one order for everybody, one wait time.
 */
abstract class SeveralKeysContract extends ServiceContract {

	private final String a = key("a");

	private final String b = key("b");

	private final String c = key("c");

	@ParameterizedTest
	@EnumSource(Form.class)
	void allKeysAreHeldWhileTheActionRuns(Form form) {
		Call call = hold(form, patient(this.c, this.a, this.b));
		for (String key : List.of(this.a, this.b, this.c)) {
			assertThat(isFree(key)).isFalse();
		}
		assertThat(call.lease().keys()).containsExactly(this.a, this.b, this.c);
		call.release();
		assertThat(isFree(this.a, this.b, this.c)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void eachKeyIsWaitedFor(Form form) {
		for (String held : List.of(this.a, this.b, this.c)) {
			Call holder = hold(held);
			Call call = call(form, patient(this.a, this.b, this.c));
			CompletableFuture<String> behind = service().execute(patient(held), (lease) -> done("ran"));
			assertThat(call.hasStarted()).isFalse();
			holder.release();
			call.release();
			get(behind);
		}
		assertThat(isFree(this.a, this.b, this.c)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void allOrNone_aZeroWaitThatFailsAtAnyKeyHoldsNone(Form form) {
		for (String held : List.of(this.a, this.b, this.c)) {
			Call holder = hold(held);
			Call failed = call(form, atOnce(this.a, this.b, this.c));
			assertThat(failure(failed.result)).isInstanceOfSatisfying(LockTimeoutException.class,
					(timeout) -> assertThat(timeout.keys()).containsExactly(this.a, this.b, this.c));
			assertOnlyHeld(held);
			assertGiven(form.run(service(), atOnce(this.a, this.b, this.c).orSkip(), (lease) -> done("no"))).isNull();
			assertOnlyHeld(held);
			holder.release();
			assertThat(failed.hasStarted()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void allOrNone_aTimeoutAtAnyKeyHoldsNone(Form form) {
		for (String held : List.of(this.a, this.b, this.c)) {
			Call holder = hold(held);
			Call failed = call(form, LockRequest.of(this.a, this.b, this.c).waitingAtMost(Duration.ofMillis(20)));
			assertThat(failure(failed.result)).isInstanceOfSatisfying(LockTimeoutException.class,
					(timeout) -> assertThat(timeout.keys()).containsExactly(this.a, this.b, this.c));
			assertOnlyHeld(held);
			holder.release();
			assertThat(failed.hasStarted()).isFalse();
		}
		assertThat(isFree(this.a, this.b, this.c)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void allOrNone_aCancelAtAnyKeyHoldsNone(Form form) {
		for (String held : List.of(this.a, this.b, this.c)) {
			Call holder = hold(held);
			Call cancelled = call(form, patient(this.a, this.b, this.c));
			cancelled.result.cancel(true);
			until(() -> List.of(this.a, this.b, this.c)
				.stream()
				.filter((key) -> !key.equals(held))
				.allMatch(this::isFree));
			holder.release();
			passThrough(this.a, this.b, this.c);
			assertThat(cancelled.hasStarted()).isFalse();
		}
	}

	private void assertOnlyHeld(String held) {
		for (String key : List.of(this.a, this.b, this.c)) {
			assertThat(isFree(key)).as(key).isEqualTo(!key.equals(held));
		}
	}

	@Test
	void oneWaitTimeForAllKeysTogether() {
		Duration wait = Duration.ofSeconds(1);
		Call holderOfA = hold(this.a);
		Call holderOfB = hold(this.b);
		long start = System.nanoTime();
		Call call = call(LockRequest.of(this.a, this.b).waitingAtMost(wait));
		// Half of it is spent on the first key.
		Call half = call(LockRequest.of(this.b).waitingAtMost(wait.dividedBy(2)));
		failure(half.result);
		holderOfA.release();
		assertThat(failure(call.result)).isInstanceOf(LockTimeoutException.class);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(wait)
			.isLessThan(wait.plusMillis(400));
		holderOfB.release();
		assertThat(isFree(this.a, this.b)).isTrue();
	}

	@Test
	void keysOfAnyOrderAndWithRepeatsCountOnce() {
		Call call = hold(LockRequest.of(List.of(this.b, this.a, this.b)));
		assertThat(call.lease().keys()).containsExactly(this.a, this.b);
		call.release();
		assertThat(isFree(this.a, this.b)).isTrue();
	}

	@Test
	void reverseOrdersDoNotDeadlockAndExcludeEachOther() {
		AtomicInteger ofA = new AtomicInteger();
		AtomicInteger ofB = new AtomicInteger();
		AtomicInteger overlaps = new AtomicInteger();
		List<CompletableFuture<Void>> callers = new ArrayList<>();
		for (int thread = 0; thread < 4; thread++) {
			int seed = thread;
			callers.add(CompletableFuture.runAsync(() -> {
				Random random = new Random(seed);
				List<CompletableFuture<String>> results = new ArrayList<>();
				for (int i = 0; i < 500; i++) {
					List<String> keys = new ArrayList<>(List.of(this.a, this.b, this.c));
					Collections.shuffle(keys, random);
					Form form = Form.values()[random.nextInt(3)];
					boolean async = random.nextBoolean();
					results.add(form.run(service(), LockRequest.of(keys.subList(0, 2)).waitingAtMost(LONG), (lease) -> {
						AtomicInteger counter = lease.keys().contains(this.a) ? ofA : ofB;
						// Both of two keys of three: any two actions share one.
						if (ofA.get() + ofB.get() > 0) {
							overlaps.incrementAndGet();
						}
						counter.incrementAndGet();
						Runnable end = counter::decrementAndGet;
						if (async) {
							return CompletableFuture.runAsync(end).thenApply((ended) -> "ran");
						}
						end.run();
						return done("ran");
					}));
				}
				results.forEach(ServiceContract::get);
			}, ServiceContract::start));
		}
		callers.forEach(ServiceContract::get);
		assertThat(overlaps).hasValue(0);
		assertThat(isFree(this.a, this.b, this.c)).isTrue();
	}

	@Test
	void cancelsTimeoutsAndGrantsThatRaceLeaveAllKeysFree() {
		Random random = new Random(7);
		List<CompletableFuture<String>> results = new ArrayList<>();
		ExclusionContract.Detector detector = new ExclusionContract.Detector();
		for (int i = 0; i < 2000; i++) {
			List<String> keys = new ArrayList<>(List.of(this.a, this.b, this.c));
			Collections.shuffle(keys, random);
			Form form = Form.values()[random.nextInt(3)];
			LockRequest request = LockRequest.of(keys.subList(0, 2))
				.waitingAtMost(random.nextBoolean() ? LONG : Duration.ofMillis(random.nextInt(20)));
			results.add(form.run(service(), request, (lease) -> {
				detector.enter();
				return CompletableFuture.supplyAsync(() -> {
					detector.leave();
					return "ran";
				});
			}));
			if (form == Form.FUTURE && random.nextBoolean()) {
				results.get(random.nextInt(results.size())).completeExceptionally(new CompletionException(null));
			}
		}
		results.forEach((result) -> get(result.handle((value, failure) -> "any")));
		passThrough(this.a, this.b, this.c);
		detector.verify();
		assertThat(isFree(this.a, this.b, this.c)).isTrue();
	}

}
