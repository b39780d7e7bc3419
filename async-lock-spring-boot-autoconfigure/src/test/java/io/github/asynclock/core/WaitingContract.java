package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * S6, V3 to V6, cancelling a waiter, and the limit of waiters.
 */
abstract class WaitingContract extends ServiceContract {

	private static final Duration SHORT = Duration.ofMillis(30);

	@ParameterizedTest
	@EnumSource(Form.class)
	void s6_aCallThatTimesOutNeverRuns(Form form) {
		Call holder = hold(this.key);
		AtomicInteger runs = new AtomicInteger();
		CompletableFuture<Integer> result = form.run(service(), LockRequest.of(this.key).waitingAtMost(SHORT),
				(lease) -> done(runs.incrementAndGet()));
		assertThat(failure(result)).isInstanceOfSatisfying(LockTimeoutException.class, (timeout) -> {
			assertThat(timeout.keys()).containsExactly(this.key);
			assertThat(timeout).hasMessageContaining(this.key).hasMessageContaining(SHORT.toString());
		});
		Call next = call(patient(this.key));
		holder.release();
		next.release();
		assertThat(runs).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void s6_aZeroWaitIsOneTry(Form form) {
		Call holder = hold(this.key);
		AtomicInteger runs = new AtomicInteger();
		CompletableFuture<Integer> result = form.run(service(), atOnce(this.key),
				(lease) -> done(runs.incrementAndGet()));
		assertThat(failure(result)).isInstanceOf(LockTimeoutException.class)
			.hasMessageContaining(this.key)
			.hasMessageContaining("zero");
		Call next = call(patient(this.key));
		holder.release();
		next.release();
		assertThat(runs).hasValue(0);
		assertGiven(form.run(service(), atOnce(this.key), (lease) -> done(runs.incrementAndGet()))).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void skip_aCallThatTimesOutGivesAnEmptyResultAndNeverRuns(Form form) {
		Call holder = hold(this.key);
		AtomicInteger runs = new AtomicInteger();
		for (Duration wait : List.of(Duration.ZERO, SHORT)) {
			LockRequest request = LockRequest.of(this.key).waitingAtMost(wait).orSkip();
			assertGiven(form.run(service(), request, (lease) -> done(runs.incrementAndGet()))).isNull();
		}
		Call next = call(patient(this.key));
		holder.release();
		next.release();
		assertThat(runs).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void skip_aCallThatIsGrantedGivesItsResult(Form form) {
		assertGiven(form.run(service(), patient(this.key).orSkip(), (lease) -> done("ran"))).isEqualTo("ran");
	}

	@Test
	void theServicesWaitTimeHoldsWhereTheRequestSaysNone() {
		use((builder) -> builder.waitTime(Duration.ZERO));
		Call holder = hold(this.key);
		assertThat(failure(call(this.key).result)).isInstanceOf(LockTimeoutException.class);
		assertThat(failure(service().execute(this.key, () -> done("never")))).isInstanceOf(LockTimeoutException.class);
		holder.release();
	}

	@Test
	void cancel_aWaitingMonoAndFluxAreWithdrawnAndPassTheTurnOn() {
		Call holder = hold(this.key);
		AtomicInteger runs = new AtomicInteger();
		for (Form form : List.of(Form.MONO, Form.FLUX)) {
			form.run(service(), patient(this.key), (lease) -> done(runs.incrementAndGet())).cancel(true);
		}
		Call next = call(patient(this.key));
		holder.release();
		next.release();
		assertThat(runs).hasValue(0);
	}

	@Test
	void cancel_anyOfManyWaitersWithdrawsInAnyOrder() {
		for (int seed = 0; seed < 20; seed++) {
			Call holder = hold(this.key);
			List<Integer> order = Collections.synchronizedList(new ArrayList<>());
			List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
			List<Integer> numbers = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				int number = i;
				numbers.add(i);
				waiting.add(Form.values()[i % 3].run(service(), patient(this.key), (lease) -> done(order.add(number))));
			}
			List<Integer> leaving = new ArrayList<>(numbers);
			Collections.shuffle(leaving, new java.util.Random(seed));
			leaving = leaving.subList(0, 20);
			leaving.forEach((number) -> waiting.get(number).cancel(true));
			numbers.removeAll(leaving);
			Call last = call(patient(this.key));
			holder.release();
			last.release();
			assertThat(order).isEqualTo(numbers);
			assertThat(isFree(this.key)).isTrue();
		}
	}

	@Test
	void v3_waitersAreServedInOrderWhateverTheirKind() {
		Call holder = hold(this.key);
		Call other = hold(key("z"));
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		List<CompletableFuture<Boolean>> results = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			int number = i;
			Form form = Form.values()[i % 4];
			// Every fifth wants a second key, too, which sorts behind.
			LockRequest request = (i % 5 == 0) ? patient(this.key, key("z")) : patient(this.key);
			results.add(form.run(service(), request, (lease) -> done(order.add(number))));
		}
		other.release();
		holder.release();
		results.forEach(ServiceContract::get);
		assertThat(order).hasSize(50).isSorted();
	}

	@Test
	void v3_nobodyOvertakesAWaiterWhenTheKeyIsHandedOver() {
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		Call holder = hold(this.key);
		CompletableFuture<Boolean> waiting = service().execute(patient(this.key), (lease) -> done(order.add(1)));
		// Asks again in the very callback of the release.
		CompletableFuture<Boolean> again = holder.result
			.thenCompose((done) -> service().execute(patient(this.key), (lease) -> done(order.add(2))));
		holder.release();
		get(waiting);
		get(again);
		assertThat(order).containsExactly(1, 2);
	}

	@Test
	void v3_aHundredThousandWaitersAreServedInOrderWithABoundedStack() {
		Call holder = hold(this.key);
		AtomicInteger served = new AtomicInteger();
		AtomicInteger wrong = new AtomicInteger();
		CompletableFuture<?> last = null;
		for (int i = 0; i < 100_000; i++) {
			int number = i;
			last = service().execute(patient(this.key), (lease) -> {
				if (served.getAndIncrement() != number) {
					wrong.incrementAndGet();
				}
				return done("ran");
			});
		}
		holder.release();
		get(last);
		assertThat(served).hasValue(100_000);
		assertThat(wrong).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void v4_aCallEndsSoonAfterItsWaitTimeAndNotBefore(Form form) {
		Call holder = hold(this.key);
		Duration wait = Duration.ofMillis(200);
		long start = System.nanoTime();
		CompletableFuture<String> result = form.run(service(), LockRequest.of(this.key).waitingAtMost(wait),
				(lease) -> done("never"));
		failure(result);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(wait, wait.plusSeconds(5));
		holder.release();
	}

	@Test
	void v4_manyWaitTimesEndInTheirOwnTime() {
		Call holder = hold(this.key);
		List<CompletableFuture<Duration>> lateness = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			Duration wait = Duration.ofMillis(1 + (i * 7) % 400);
			long start = System.nanoTime();
			lateness.add(call(LockRequest.of(this.key).waitingAtMost(wait)).result
				.handle((value, failure) -> Duration.ofNanos(System.nanoTime() - start).minus(wait)));
		}
		assertThat(lateness)
			.allSatisfy((late) -> assertThat(get(late)).isBetween(Duration.ZERO, Duration.ofSeconds(5)));
		holder.release();
	}

	@Test
	void v4_aVeryLongWaitIsNoOverflow() {
		Call holder = hold(this.key);
		Call forEver = call(LockRequest.of(this.key).waitingAtMost(Duration.ofSeconds(Long.MAX_VALUE)));
		Call longest = call(LockRequest.of(this.key).waitingAtMost(Duration.ofNanos(Long.MAX_VALUE)));
		Call timed = call(LockRequest.of(this.key).waitingAtMost(SHORT));
		assertThat(failure(timed.result)).isInstanceOf(LockTimeoutException.class);
		assertThat(forEver.result).isNotDone();
		assertThat(longest.result).isNotDone();
		holder.release();
		forEver.release();
		longest.release();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void v6_whoHasItsResultFindsTheKeyFree(Form form) {
		for (int i = 0; i < 100; i++) {
			CompletableFuture<String> end = new CompletableFuture<>();
			CompletableFuture<Boolean> free = form.run(service(), patient(this.key), (lease) -> end)
				.handle((value, failure) -> !get(service().isLocked(this.key).toFuture()) && isFree(this.key));
			if (i % 2 == 0) {
				end.complete("done");
			}
			else {
				end.completeExceptionally(new IllegalStateException("failed"));
			}
			assertThat(get(free)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void v6_sameForACallThatWaited(Form form) {
		for (int i = 0; i < 100; i++) {
			Call holder = hold(this.key);
			CompletableFuture<Boolean> free = form.run(service(), patient(this.key), (lease) -> done("at once"))
				.handle((value, failure) -> isFree(this.key));
			holder.release();
			assertThat(get(free)).isTrue();
		}
	}

	@Test
	void v6_allKeysOfSeveralAreFree() {
		CompletableFuture<Boolean> free = call(key("a"), key("b")).result
			.handle((value, failure) -> isFree(key("a")) && isFree(key("b")));
		assertThat(free).isNotDone();
		Call call = call(patient(key("c"), key("d")));
		CompletableFuture<Boolean> other = call.result.thenApply((value) -> isFree(key("d"), key("c")));
		call.release();
		assertThat(get(other)).isTrue();
	}

	@Test
	void limit_countsTheWaitersOfAKeyExactly() {
		use((builder) -> builder.maxWaitersPerKey(2));
		Call holder = hold(this.key);
		Call one = call(patient(this.key));
		Call two = call(patient(this.key));
		for (Form form : Form.values()) {
			assertThat(failure(call(form, patient(this.key)).result))
				.isInstanceOfSatisfying(LockRejectedException.class, (rejected) -> {
					assertThat(rejected.keys()).containsExactly(this.key);
					assertThat(rejected).hasMessageContaining(this.key).hasMessageContaining("2");
				});
		}
		Call elsewhere = hold(key("other"));
		elsewhere.release();
		holder.release();
		one.lease();
		Call three = call(patient(this.key));
		assertThat(failure(call(patient(this.key)).result)).isInstanceOf(LockRejectedException.class);
		one.release();
		two.release();
		three.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void limit_aWaiterThatLeavesMakesRoom() {
		use((builder) -> builder.maxWaitersPerKey(1));
		Call holder = hold(this.key);
		Call cancelled = call(patient(this.key));
		cancelled.result.cancel(true);
		Call timedOut = call(LockRequest.of(this.key).waitingAtMost(SHORT));
		failure(timedOut.result);
		CompletableFuture<String> mono = Form.MONO.run(service(), patient(this.key), (lease) -> done("never"));
		mono.cancel(true);
		Call granted = call(patient(this.key));
		assertThat(failure(call(patient(this.key)).result)).isInstanceOf(LockRejectedException.class);
		holder.release();
		granted.lease();
		Call next = call(patient(this.key));
		granted.release();
		next.release();
	}

	@Test
	void limit_aCallThatDoesNotWaitIsNotCounted() {
		use((builder) -> builder.maxWaitersPerKey(1));
		Call holder = hold(this.key);
		assertThat(failure(call(atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		Call waiting = call(patient(this.key));
		assertThat(failure(call(atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		holder.release();
		waiting.release();
	}

	@Test
	void limit_severalKeysAreRejectedWholeAndTheExceptionNamesAllOfThem() {
		use((builder) -> builder.maxWaitersPerKey(1));
		Call holder = hold(key("b"));
		Call waiting = call(patient(key("b")));
		assertThat(failure(call(patient(key("a"), key("b"))).result)).isInstanceOfSatisfying(
				LockRejectedException.class,
				(rejected) -> assertThat(rejected.keys()).containsExactly(key("a"), key("b")));
		until(() -> isFree(key("a")));
		holder.release();
		waiting.release();
	}

	@Test
	void limit_holdsUnderContention() {
		use((builder) -> builder.maxWaitersPerKey(3));
		Call holder = hold(this.key);
		AtomicInteger rejected = new AtomicInteger();
		List<CompletableFuture<Void>> callers = new ArrayList<>();
		List<CompletableFuture<String>> results = Collections.synchronizedList(new ArrayList<>());
		for (int thread = 0; thread < 4; thread++) {
			callers.add(CompletableFuture.runAsync(() -> {
				for (int i = 0; i < 500; i++) {
					CompletableFuture<String> result = service().execute(patient(this.key), (lease) -> done("ran"));
					if (result.isDone()) {
						rejected.incrementAndGet();
					}
					else {
						results.add(result);
					}
				}
			}, ServiceContract::start));
		}
		callers.forEach(ServiceContract::get);
		assertThat(results).hasSize(3);
		assertThat(rejected).hasValue(1997);
		holder.release();
		results.forEach(ServiceContract::get);
	}

	@Test
	void limit_nobodyIsRejectedWhereThereIsAlwaysRoom() {
		// Two threads keep at most two waiters between them; each leaves before it comes
		// again.
		use((builder) -> builder.maxWaitersPerKey(2));
		Call holder = hold(this.key);
		List<CompletableFuture<Integer>> callers = new ArrayList<>();
		for (int thread = 0; thread < 2; thread++) {
			callers.add(CompletableFuture.supplyAsync(() -> {
				int rejected = 0;
				for (int i = 0; i < 5_000; i++) {
					CompletableFuture<String> result = service().execute(patient(this.key), (lease) -> done("ran"));
					rejected += result.isDone() ? 1 : 0;
					result.cancel(true);
				}
				return rejected;
			}, ServiceContract::start));
		}
		callers.forEach((caller) -> assertThat(get(caller)).isZero());
		holder.release();
	}

	@Test
	void limit_isExactWhileManyAreRejectedAndOthersLeave() {
		use((builder) -> builder.maxWaitersPerKey(2));
		Call holder = hold(this.key);
		Call stays = call(patient(this.key));
		// One place is left: of two that come and go, at least one has it at any time.
		List<CompletableFuture<Integer>> callers = new ArrayList<>();
		AtomicInteger waiting = new AtomicInteger();
		for (int thread = 0; thread < 2; thread++) {
			callers.add(CompletableFuture.supplyAsync(() -> {
				int tooMany = 0;
				for (int i = 0; i < 5_000; i++) {
					CompletableFuture<String> result = service().execute(patient(this.key), (lease) -> done("ran"));
					if (!result.isDone()) {
						tooMany += (waiting.incrementAndGet() > 1) ? 1 : 0;
						waiting.decrementAndGet();
						result.cancel(true);
					}
				}
				return tooMany;
			}, ServiceContract::start));
		}
		callers.forEach((caller) -> assertThat(get(caller)).isZero());
		holder.release();
		stays.release();
	}

	@Test
	void isLocked_tellsWhetherTheKeyIsTakenOnSubscription() {
		var locked = service().isLocked(this.key);
		assertThat(locked.block(SAFETY)).isFalse();
		Call holder = hold(this.key);
		assertThat(locked.block(SAFETY)).isTrue();
		assertThat(service().isLocked(key("other")).block(SAFETY)).isFalse();
		holder.release();
		assertThat(locked.block(SAFETY)).isFalse();
	}

}
