package io.github.asynclock.core;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockLostException;
import io.github.asynclock.LockUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What can be seen of keys in use, and that they can be taken away.
 */
abstract class InspectionContract extends ServiceContract {

	private LockEngine engine() {
		return service().engine();
	}

	private void inspected() {
		use((builder) -> builder.inspected(true));
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aKeyInUseIsShownWithItsHolderAndHowManyWait(Form form) {
		inspected();
		long before = System.nanoTime();
		Call holder = hold(form, patient(this.key, key("z")).named("orders"));
		Call waiter = call(form, patient(this.key));
		LockState state = service().lock(this.key);
		assertThat(state.key()).isEqualTo(this.key);
		assertThat(state.held()).isTrue();
		assertThat(state.name()).isEqualTo("orders");
		assertThat(state.heldFor()).isBetween(Duration.ZERO, Duration.ofNanos(System.nanoTime() - before));
		assertThat(state.fencingToken()).isEqualTo(holder.lease().fencingToken(this.key));
		assertThat(state.waiting()).isOne();
		assertThat(service().lock(key("z")).waiting()).isZero();
		assertThat(service().locks(10)).extracting(LockState::key).containsExactly(this.key, key("z"));
		holder.release();
		waiter.release();
		until(() -> service().lock(this.key) == null && service().lockCount() == 0);
	}

	@Test
	void onesThatGaveUpAreNotCounted() {
		inspected();
		Call holder = hold(this.key);
		call(patient(this.key)).result.cancel(true);
		Call waiter = call(patient(this.key));
		call(patient(this.key)).result.cancel(true);
		assertThat(service().lock(this.key).waiting()).isOne();
		holder.release();
		waiter.release();
	}

	@Test
	void theListHasALimitAndTheCountHasNot() {
		inspected();
		for (int i = 0; i < 5; i++) {
			hold(key("k" + i));
		}
		assertThat(service().locks(3)).hasSize(3);
		assertThat(service().lockCount()).isEqualTo(5);
	}

	@Test
	void whatIsNotRecordedIsNull() {
		Call holder = hold(this.key);
		LockState state = service().lock(this.key);
		assertThat(state.held()).isTrue();
		assertThat(state.heldFor()).isNull();
		assertThat(state.name()).isNull();
		holder.release();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aForcedReleaseIsALostLeaseAndTheNextOneHasTheKey(Form form) {
		inspected();
		Call holder = hold(form, patient(this.key));
		Call waiter = call(form, patient(this.key));
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		waiter.lease();
		holder.end.complete("late");
		assertThat(failure(holder.result)).isInstanceOf(LockLostException.class).hasMessageContaining("force");
		waiter.release();
		assertThat(get(waiter.result)).isEqualTo("done");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aForcedReleaseEndsTheLeastHoldOfItsHolder(Form form) {
		Call holder = hold(form, patient(this.key).heldAtLeast(LONG));
		Call waiter = call(form, patient(this.key));
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		waiter.release();
		assertThat(isFree(this.key)).isTrue();
		holder.end.complete("late");
		assertThat(failure(holder.result)).isInstanceOf(LockLostException.class);
	}

	@Test
	void aForcedReleaseEndsTheLeastHoldOfACallThatReentered() {
		CompletableFuture<Call> inner = new CompletableFuture<>();
		CompletableFuture<String> outer = service().execute(patient(this.key), (lease) -> {
			inner.complete(call(patient(this.key).heldAtLeast(LONG)));
			return new CompletableFuture<>();
		});
		get(inner).lease();
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		assertThat(failure(outer)).isInstanceOf(LockLostException.class);
		assertThat(failure(get(inner).result)).isInstanceOf(LockLostException.class);
		passThrough(this.key);
		assertThat(engine().leastHolds().isEmpty()).isTrue();
	}

	@Test
	void aCallWhoseReenteredKeyIsTakenAwayWhileItWaitsForOthersKeepsNoneForItsLeastHold() {
		Call other = hold(key("z"));
		CompletableFuture<Call> inner = new CompletableFuture<>();
		CompletableFuture<String> outer = service().execute(patient(this.key), (lease) -> {
			inner.complete(call(patient(this.key, key("z")).heldAtLeast(LONG)));
			return new CompletableFuture<>();
		});
		assertThat(get(inner).hasStarted()).isFalse();
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		assertThat(failure(outer)).isInstanceOf(LockLostException.class);
		other.release();
		assertThat(failure(get(inner).result)).isInstanceOf(LockUnavailableException.class);
		passThrough(key("z"));
	}

	@Test
	void aForcedReleaseEndsARest() {
		hold(patient(this.key).heldAtLeast(LONG)).release();
		assertThat(isFree(this.key)).isFalse();
		Call waiter = call(patient(this.key));
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		waiter.release();
	}

	@Test
	void theNextLeastHoldLastsThoughOneWasEnded() {
		Duration rest = Duration.ofMillis(50);
		hold(patient(this.key).heldAtLeast(rest)).release();
		get(service().forceRelease(this.key).toFuture());
		hold(patient(this.key).heldAtLeast(LONG)).release();
		get(Mono.delay(rest.multipliedBy(2)).toFuture());
		assertThat(isFree(this.key)).isFalse();
	}

	@Test
	void aForcedReleaseTakesAwayAGrantThatHasNotStarted() {
		AtomicBoolean busy = new AtomicBoolean();
		AtomicInteger running = new AtomicInteger();
		Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
		use((builder) -> builder.executor((task) -> {
			if (busy.get()) {
				waiting.add(task);
			}
			else {
				running.incrementAndGet();
				start(() -> {
					task.run();
					running.decrementAndGet();
				});
			}
		}));
		Call holder = hold(this.key);
		// Else it might go on with the next one.
		until(() -> running.get() == 0);
		Call granted = call(patient(this.key));
		busy.set(true);
		holder.end.complete("done");
		until(() -> !waiting.isEmpty());
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		busy.set(false);
		until(() -> isFree(this.key));
		waiting.forEach(Runnable::run);
		assertThat(failure(granted.result)).isInstanceOf(LockUnavailableException.class);
		assertThat(granted.hasStarted()).isFalse();
	}

	@Test
	void aKeyThatIsFreeIsNotReleased() {
		assertThat(get(service().forceRelease(this.key).toFuture())).isFalse();
		assertThat(service().lock(this.key)).isNull();
	}

}
