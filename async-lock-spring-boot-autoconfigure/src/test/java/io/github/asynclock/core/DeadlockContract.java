package io.github.asynclock.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A nested request that closes a circle of waiting inside this JVM fails at once; the
 * others go on.
 */
abstract class DeadlockContract extends ServiceContract {

	private final InheritedUnits units = new InheritedUnits();

	@AfterEach
	void nothingIsRemembered() {
		assertThat(service().engine().deadlocks().isEmpty()).isTrue();
	}

	/** A call that a holder's action makes, in its own call stack. */
	private Call child(Call parent, Form form, LockRequest request) {
		Lease outer = LeaseContext.swap(parent.lease());
		try {
			return call(form, request);
		}
		finally {
			LeaseContext.swap(outer);
		}
	}

	private Call child(Call parent, String... keys) {
		return child(parent, Form.FUTURE, patient(keys));
	}

	private static LockDeadlockException deadlock(CompletableFuture<?> result) {
		Throwable failure = failure(result);
		assertThat(failure).isInstanceOf(LockDeadlockException.class);
		return (LockDeadlockException) failure;
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = "BLOCKING", mode = EnumSource.Mode.EXCLUDE)
	void twoThatWantEachOthersKey_theLastToAskFails(Form form) {
		Call a = hold(patient(key("a")).named("first"));
		Call b = hold(patient(key("b")).named("second"));
		Call first = child(a, Form.FUTURE, patient(key("b")).named("first inner"));
		Call last = child(b, form, patient(key("a")).named("second inner"));
		LockDeadlockException failure = deadlock(last.result);
		assertThat(failure.keys()).containsExactly(key("a"));
		assertThat(failure)
			.hasMessageContaining("\"second inner\" holds [" + key("b") + "] and waits for [" + key("a") + "]")
			.hasMessageContaining("\"first inner\" holds [" + key("a") + "] and waits for [" + key("b") + "]");
		assertThat(last.hasStarted()).isFalse();
		assertThat(first.hasStarted()).isFalse();
		b.release();
		first.release();
		a.release();
		assertThat(isFree(key("a"), key("b"))).isTrue();
	}

	@Test
	void aBlockingCallFails() {
		Call a = hold(key("a"));
		Call first = child(a, key("b2"), key("c"));
		first.release();
		CompletableFuture<String> result = new CompletableFuture<>();
		Call b = hold(key("b"));
		Call inner = child(a, key("b"));
		start(() -> {
			LeaseContext.swap(b.lease());
			try {
				result.complete(service().executeBlocking(patient(key("a")), (lease) -> "ran"));
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		deadlock(result);
		b.release();
		inner.release();
		a.release();
	}

	@Test
	void threeInACircle_allKeysAreNamed() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call c = hold(key("c"));
		Call ab = child(a, key("b"));
		Call bc = child(b, key("c"));
		LockDeadlockException failure = deadlock(child(c, key("a")).result);
		assertThat(failure).hasMessageContainingAll("[" + key("a") + "]", "[" + key("b") + "]", "[" + key("c") + "]");
		c.release();
		bc.release();
		b.release();
		ab.release();
		a.release();
	}

	@Test
	void throughHoldersFurtherOut() {
		Call a = hold(key("a"));
		Call inner = child(a, key("a2"));
		Call innermost = child(inner, key("a3"));
		Call b = hold(key("b"));
		Call innerB = child(b, key("b2"));
		Call waits = child(innermost, key("b"));
		deadlock(child(innerB, key("a")).result);
		Stream.of(innerB, b, waits, innermost, inner, a).forEach(Call::release);
	}

	@Test
	void theRequestOfSeveralKeysThatClosesTheCircleFails_andHoldsNothing() {
		Call b = hold(key("b"));
		Call both = call(patient(key("a"), key("b")));
		// It holds a, and waits for b.
		until(() -> !service().engine().deadlocks().isEmpty());
		LockDeadlockException failure = deadlock(child(b, key("a")).result);
		assertThat(failure).hasMessageContaining("holds [" + key("a") + "]");
		b.release();
		both.release();
	}

	@Test
	void aRequestOfSeveralKeysThatIsGrantedOneOfThemMayCloseIt() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call both = call(patient(key("a"), key("b")));
		Call nested = child(b, key("a"));
		a.release();
		LockDeadlockException failure = deadlock(both.result);
		assertThat(failure.keys()).containsExactly(key("a"), key("b"));
		nested.release();
		b.release();
		assertThat(isFree(key("a"), key("b"))).isTrue();
	}

	@Test
	void nestedRequestsOfSeveralKeys() {
		Call a = hold(key("a"));
		Call b = hold(key("b"), key("c"));
		Call first = child(a, key("c"), key("d"));
		LockDeadlockException failure = deadlock(child(b, key("a"), key("e")).result);
		assertThat(failure.keys()).containsExactly(key("a"), key("e"));
		b.release();
		first.release();
		a.release();
		assertThat(isFree(key("a"), key("c"), key("d"), key("e"))).isTrue();
	}

	@Test
	void siblingsThatWaitInParallelAreNoCircle() {
		Call parent = hold(key("p"));
		Call one = child(parent, key("own"));
		Call two = child(parent, key("own"));
		Call three = child(parent, key("own"), key("x"));
		Call again = child(one, key("p"), key("y"));
		Stream.of(again, one, two, three, parent).forEach(Call::release);
	}

	@Test
	void siblingsThatWantEachOthersKeyAreOne() {
		Call parent = hold(key("p"));
		Call one = child(parent, key("a"));
		Call two = child(parent, key("b"));
		one.lease();
		two.lease();
		Call waits = child(one, key("b"));
		deadlock(child(two, key("a")).result);
		Stream.of(two, waits, one, parent).forEach(Call::release);
	}

	@Test
	void aChainWithoutACircleWaits() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call c = hold(key("c"));
		Call ab = child(a, key("b"));
		Call bc = child(b, key("c"));
		Call other = call(patient(key("a")));
		assertThat(ab.hasStarted()).isFalse();
		Stream.of(c, bc, b, ab, a, other).forEach(Call::release);
	}

	@Test
	void oneThatDoesNotWaitIsNoPartOfACircle() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call first = child(a, key("b"));
		assertThat(failure(child(b, Form.FUTURE, atOnce(key("a"))).result)).isInstanceOf(LockTimeoutException.class);
		b.release();
		first.release();
		a.release();
	}

	@Test
	void oneThatWasWithdrawnIsNoPartOfACircle() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call gaveUp = child(a, key("b"));
		gaveUp.result.cancel(true);
		Call waits = child(b, key("a"));
		assertThat(waits.hasStarted()).isFalse();
		a.release();
		waits.release();
		b.release();
	}

	@Test
	void oneThatTimedOutIsNoPartOfACircle() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call late = child(a, Form.FUTURE, patient(key("b")).waitingAtMost(java.time.Duration.ofMillis(1)));
		assertThat(failure(late.result)).isInstanceOf(LockTimeoutException.class);
		Call waits = child(b, key("a"));
		assertThat(waits.hasStarted()).isFalse();
		a.release();
		waits.release();
		b.release();
	}

	@Test
	void oneWhoseHolderHasEndedIsNoPartOfACircle() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call orphan = child(a, key("b"));
		a.release();
		Call other = hold(key("a"));
		Call next = child(b, key("a"));
		assertThat(next.hasStarted()).isFalse();
		Stream.of(other, next, b, orphan).forEach(Call::release);
	}

	@Test
	void reenteringIsNoWaiting() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call waits = child(a, key("b"));
		Call again = child(b, key("b"));
		Stream.of(again, b, waits, a).forEach(Call::release);
	}

	@Test
	void thatTheVictimHasFailedLetsTheNextOneWait() {
		Call a = hold(key("a"));
		Call b = hold(key("b"));
		Call first = child(a, key("b"));
		for (int i = 0; i < 3; i++) {
			deadlock(child(b, key("a")).result);
		}
		first.result.cancel(true);
		Call waits = child(b, key("a"));
		Stream.of(a, waits, b).forEach(Call::release);
	}

	@Test
	void unitsOfWorkThatKeepEachOthersKey() {
		use((builder) -> builder.unitsOfWork(this.units));
		UnitOfWork one = UnitOfWork.begin(null);
		UnitOfWork two = UnitOfWork.begin(null);
		within(one, key("a")).release();
		within(two, key("b")).release();
		Call first = within(one, key("b"));
		LockDeadlockException failure = deadlock(within(two, key("a")).result);
		assertThat(failure).hasMessageContaining(key("a")).hasMessageContaining(key("b"));
		two.end();
		first.release();
		one.end();
	}

	@Test
	void parallelCallsOfAUnitOfWorkAreNoCircle() {
		use((builder) -> builder.unitsOfWork(this.units));
		UnitOfWork one = UnitOfWork.begin(null);
		UnitOfWork two = UnitOfWork.begin(null);
		Call first = within(one, key("a"));
		first.lease();
		Call second = within(one, key("a"));
		Call other = within(two, key("a"));
		Call third = within(one, key("a"));
		Stream.of(first, second, third).forEach(Call::release);
		one.end();
		other.release();
		two.end();
	}

	private Call within(UnitOfWork work, String key) {
		return this.units.within(work, () -> call(patient(key)));
	}

	@Test
	void race_exactlyOneOfThoseThatCloseACircleAtTheSameTimeFails() throws Exception {
		int flows = 2;
		ExecutorService threads = Executors.newFixedThreadPool(flows);
		Phaser together = new Phaser(flows);
		long begun = System.nanoTime();
		for (int round = 0; goOn(round, 1000, begun); round++) {
			String name = "race" + round + "-";
			List<Call> holders = Stream.iterate(0, (i) -> i + 1).limit(flows).map((i) -> hold(key(name + i))).toList();
			List<CompletableFuture<Call>> asked = Stream.iterate(0, (i) -> i + 1)
				.limit(flows)
				.map((i) -> CompletableFuture.supplyAsync(() -> {
					meet(together);
					return child(holders.get(i), key(name + (i + 1) % flows));
				}, threads))
				.toList();
			List<Call> nested = asked.stream().map(ServiceContract::get).toList();
			// Until the store has answered, nobody has been refused on all stores alike.
			until(() -> nested.stream().anyMatch((call) -> call.result.isCompletedExceptionally()));
			for (int i = 0; i < flows; i++) {
				nested.get(i).end.complete("done");
				holders.get(i).end.complete("done");
			}
			long failed = nested.stream()
				.filter((call) -> get(call.result.handle((value, failure) -> failure instanceof LockDeadlockException)))
				.count();
			assertThat(failed).isOne();
			holders.forEach((call) -> get(call.result));
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void race_aGrantAtTheMomentOfNotingLeavesNothingBehind() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		Phaser together = new Phaser(2);
		Call a = hold(key("a"));
		long begun = System.nanoTime();
		for (int round = 0; goOn(round, 500, begun); round++) {
			Call holder = hold(this.key);
			CompletableFuture<?> release = CompletableFuture.runAsync(() -> {
				meet(together);
				holder.release();
			}, threads);
			CompletableFuture<Call> nested = CompletableFuture.supplyAsync(() -> {
				meet(together);
				return child(a, this.key);
			}, threads);
			get(release);
			get(nested).release();
		}
		a.release();
		threads.shutdown();
		assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	/** Spins: threads that were parked do not come at the same moment. */
	private static void meet(Phaser together) {
		int phase = together.arrive();
		until(() -> together.getPhase() != phase);
	}

}
