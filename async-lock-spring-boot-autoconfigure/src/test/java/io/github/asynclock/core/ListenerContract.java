package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.util.context.ContextView;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What listeners are told.
 */
abstract class ListenerContract extends ServiceContract {

	final Recorder recorder = new Recorder();

	@ParameterizedTest
	@EnumSource(Form.class)
	void aCallIsGrantedAndReleased(Form form) {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		Call call = call(form, patient(key("b"), key("a")).named("orders"));
		call.lease();
		assertThat(this.recorder.names).containsExactly("granted");
		call.release();
		until(() -> this.recorder.names.size() > 1);
		assertThat(this.recorder.names).containsExactly("granted", "released");
		assertThat(this.recorder.events).allSatisfy((event) -> {
			assertThat(event.name()).isEqualTo("orders");
			assertThat(event.keys()).containsExactly(key("a"), key("b"));
			assertThat(event.waited()).isGreaterThanOrEqualTo(Duration.ZERO);
		});
		assertThat(this.recorder.events.get(0).held()).isZero();
		assertThat(this.recorder.events.get(1).held()).isPositive();
	}

	@Test
	void theShorthandHasNoName() {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		get(service().execute(this.key, () -> done("ran")));
		assertThat(this.recorder.names).containsExactly("granted", "released");
		assertThat(this.recorder.events).allSatisfy((event) -> {
			assertThat(event.name()).isNull();
			assertThat(event.keys()).containsExactly(this.key);
		});
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aTimeoutIsToldOnceAlsoWhereItIsSkippedOrDidNotWait(Form form) {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		Call holder = hold(this.key);
		this.recorder.clear();
		Duration wait = Duration.ofMillis(20);
		failure(form.run(service(), LockRequest.of(this.key).waitingAtMost(wait).named("late"), (lease) -> done("")));
		get(form.run(service(), atOnce(this.key).named("late").orSkip(), (lease) -> done("")));
		get(form.run(service(), atOnce(this.key, key("z")).named("late").orSkip(), (lease) -> done("")));
		assertThat(this.recorder.names).containsExactly("timedOut", "timedOut", "timedOut");
		assertThat(this.recorder.events).allSatisfy((event) -> assertThat(event.name()).isEqualTo("late"));
		assertThat(this.recorder.events.get(0).waited()).isGreaterThanOrEqualTo(wait);
		assertThat(this.recorder.events.get(2).keys()).containsExactly(this.key, key("z"));
		holder.release();
	}

	@Test
	void howLongACallerWaitedIsTold() {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		Call holder = hold(this.key);
		Call waiting = call(patient(this.key));
		Duration wait = Duration.ofMillis(20);
		failure(call(LockRequest.of(this.key).waitingAtMost(wait)).result);
		this.recorder.clear();
		holder.release();
		waiting.release();
		LockEvent granted = this.recorder.events.get(this.recorder.names.indexOf("granted"));
		assertThat(granted.waited()).isGreaterThanOrEqualTo(wait);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aLossIsToldAndNoRelease(Form form) {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<String> result = form.run(service(),
				patient(this.key).heldAtMost(Duration.ofMillis(50)).named("slow"), (lease) -> end.copy());
		until(() -> this.recorder.names.contains("lost"));
		end.complete("late");
		assertThat(failure(result)).isInstanceOf(LockLostException.class);
		assertThat(this.recorder.names).containsExactly("granted", "lost");
		assertThat(this.recorder.events.get(1).held()).isGreaterThanOrEqualTo(Duration.ofMillis(50));
		assertThat(this.recorder.events.get(1).name()).isEqualTo("slow");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aLossBeforeTheActionStartsIsToldAfterTheGrant(Form form) {
		LockListener revoking = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				get(service().forceRelease(event.keys().get(0)).toFuture());
			}
		};
		use((builder) -> builder.listeners(List.of(revoking, this.recorder)).heldWarning(LONG));
		Call call = call(form, patient(this.key).heldAtMost(LONG));
		assertThat(failure(call.result)).isInstanceOf(LockUnavailableException.class);
		Call several = call(form, patient(this.key, key("z")).heldAtMost(LONG));
		assertThat(failure(several.result)).isInstanceOf(LockUnavailableException.class);
		assertThat(this.recorder.names).containsExactly("granted", "lost", "granted", "lost");
		assertThat(call.hasStarted() || several.hasStarted()).isFalse();
		assertThat(service().lockCount()).isZero();
		// One may look whether a lease has to be renewed.
		until(() -> service().engine().wheel().size() <= 1);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aLossIsToldBeforeTheCallIsRefusedForIt(Form form) {
		Losing losing = new Losing();
		use((builder) -> builder.listeners(List.of(this.recorder, losing)).observer(losing));
		assertThat(failure(call(form, patient(this.key)).result)).isInstanceOf(LockUnavailableException.class);
		assertThat(this.recorder.names).containsExactly("granted", "lost");
		assertThat(losing.held).containsExactly(true);
		losing.goOn.countDown();
		assertThat(get(losing.forced)).isTrue();
		passThrough(this.key);
		assertThat(this.recorder.names).startsWith("granted", "lost", "granted").containsOnlyOnce("lost");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aCallWhoseServiceClosesBeforeItsActionStartsIsToldSo(Form form) {
		LockListener closing = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				service().close();
			}
		};
		use((builder) -> builder.listeners(List.of(closing, this.recorder)));
		Call call = call(form, patient(this.key));
		assertThat(failure(call.result)).isInstanceOf(LockClosedException.class);
		assertThat(call.hasStarted()).isFalse();
		assertThat(this.recorder.names).containsExactly("granted", "lost");
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aListenerThatThrowsChangesNothingAndOthersAreTold(Form form) {
		LockListener throwing = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				throw new IllegalStateException("granted");
			}

			@Override
			public void released(LockEvent event) {
				throw new StackOverflowError("released");
			}

			@Override
			public void timedOut(LockEvent event) {
				throw new IllegalStateException("timedOut");
			}

			@Override
			public void lost(LockEvent event) {
				throw new AssertionError("lost");
			}
		};
		use((builder) -> builder.listeners(List.of(throwing, this.recorder)));
		Call call = hold(form, patient(this.key));
		assertThat(failure(call(form, atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		assertThat(failure(call(form, LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(5))).result))
			.isInstanceOf(LockTimeoutException.class);
		call.release();
		assertThat(get(call.result)).isEqualTo("done");
		CompletableFuture<String> lost = service().execute(patient(this.key).heldAtMost(Duration.ofMillis(50)),
				(lease) -> new CompletableFuture<String>());
		assertThat(failure(lost)).isInstanceOf(LockLostException.class);
		passThrough(this.key);
		assertThat(this.recorder.names).contains("granted", "released", "timedOut", "lost");
	}

	@Test
	void aWithdrawnCallerIsNotTold() {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		Call holder = hold(this.key);
		Call waiting = call(patient(this.key).named("gone"));
		waiting.result.cancel(true);
		holder.release();
		passThrough(this.key);
		assertThat(this.recorder.events).noneSatisfy((event) -> assertThat(event.name()).isEqualTo("gone"));
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aRefusedCallIsNoTimeout(Form form) {
		use((builder) -> builder.listeners(List.of(this.recorder)).maxWaitersPerKey(1));
		Call holder = hold(this.key);
		Call waiter = call(patient(this.key));
		assertThat(failure(call(form, patient(this.key)).result)).isInstanceOf(LockRejectedException.class);
		service().shutdown();
		assertThat(failure(waiter.result)).isInstanceOf(LockClosedException.class);
		assertThat(failure(call(form, patient(this.key)).result)).isInstanceOf(LockClosedException.class);
		holder.release();
		assertThat(this.recorder.names).containsExactly("granted", "released");
	}

	@Test
	void aReleaseIsToldOnceForAStageThatReportsItsEndTwice() {
		use((builder) -> builder.listeners(List.of(this.recorder)));
		assertThat(get(service().execute(this.key, TwiceEndingStage::new))).isEqualTo("ended");
		assertThat(this.recorder.names).containsExactly("granted", "released");
	}

	@Test
	void aListenerThatOverridesNothingIsAllRight() {
		use((builder) -> builder.listeners(List.of(new LockListener() {
		})));
		hold(patient(this.key).heldAtMost(LONG)).release();
		Call holder = hold(this.key);
		failure(call(atOnce(this.key)).result);
		holder.release();
	}

	static final class Recorder implements LockListener {

		final List<String> names = new CopyOnWriteArrayList<>();

		final List<LockEvent> events = new CopyOnWriteArrayList<>();

		private void add(String name, LockEvent event) {
			this.events.add(event);
			this.names.add(name);
		}

		private void clear() {
			this.events.clear();
			this.names.clear();
		}

		@Override
		public void granted(LockEvent event) {
			add("granted", event);
		}

		@Override
		public void released(LockEvent event) {
			add("released", event);
		}

		@Override
		public void timedOut(LockEvent event) {
			add("timedOut", event);
		}

		@Override
		public void lost(LockEvent event) {
			add("lost", event);
		}

	}

	/** Loses the first lease while its grant is told; who loses it does not get far. */
	private final class Losing implements LockListener, EngineObserver {

		final CountDownLatch begun = new CountDownLatch(1);

		final CountDownLatch goOn = new CountDownLatch(1);

		final List<Boolean> held = new CopyOnWriteArrayList<>();

		volatile CompletableFuture<Boolean> forced;

		@Override
		public void granted(LockEvent event) {
			if (this.forced == null) {
				HeldLease lease = service().engine().queues().end(event.keys().get(0)).lease();
				lease.watch((reason, deliveries) -> {
					this.begun.countDown();
					await(this.goOn);
				});
				this.forced = service().forceRelease(event.keys().get(0)).toFuture();
				await(this.begun);
			}
		}

		@Override
		public CallObserver asked(String name, List<String> keys, ContextView context) {
			return new CallObserver() {
				@Override
				public void waited(WaitOutcome outcome) {
				}

				@Override
				public void held(boolean lost) {
					Losing.this.held.add(lost);
				}
			};
		}

	}

}
