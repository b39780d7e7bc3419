package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.metrics.DefaultLockObservationConvention;
import io.github.asynclock.metrics.LockObserver;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.test.simple.SimpleSpan;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * The numbers of docs/metrics.md, and what a trace shows.
 */
abstract class MetricsContract extends ServiceContract {

	final MeterRegistry meters = new SimpleMeterRegistry();

	final void observed() {
		use((builder) -> builder.observer(observer(null)));
	}

	final LockObserver observer(ObservationRegistry observations) {
		return LockObserver.of(observations, this.meters, new DefaultLockObservationConvention(), store().name());
	}

	final long waits(String outcome) {
		return count("asynclock.wait", outcome);
	}

	final long holds(String outcome) {
		return count("asynclock.hold", outcome);
	}

	private long count(String timer, String outcome) {
		return this.meters.find(timer).tag("outcome", outcome).timers().stream().mapToLong(Timer::count).sum();
	}

	final double gauge(String name) {
		return this.meters.get(name).gauge().value();
	}

	final void idle() {
		until(() -> gauge("asynclock.waiting") == 0 && gauge("asynclock.held") == 0);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void waitingAndHeldNowAndThenTimesOfBoth(Form form) {
		observed();
		Call holder = hold(form, patient(this.key).named("first"));
		assertThat(gauge("asynclock.held")).isOne();
		assertThat(gauge("asynclock.waiting")).isZero();
		Call waiter = call(form, patient(this.key).named("second"));
		assertThat(gauge("asynclock.waiting")).isOne();
		holder.release();
		waiter.release();
		idle();
		assertThat(waits("granted")).isEqualTo(2);
		assertThat(holds("released")).isEqualTo(2);
		Timer waited = this.meters.get("asynclock.wait").tag("name", "second").timer();
		assertThat(waited.totalTime(TimeUnit.NANOSECONDS)).isPositive();
		assertThat(waited.getId().getTag("store")).isEqualTo(store().name());
		assertThat(this.meters.get("asynclock.hold").tag("name", "first").timer().totalTime(TimeUnit.NANOSECONDS))
			.isPositive();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void timeoutsAndSkips(Form form) {
		observed();
		Call holder = hold(this.key);
		failure(call(form, LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(5))).result);
		failure(call(form, atOnce(this.key, key("z"))).result);
		get(call(form, atOnce(this.key).orSkip()).result);
		holder.release();
		idle();
		assertThat(waits("timed-out")).isEqualTo(2);
		assertThat(waits("skipped")).isOne();
		assertThat(waits("granted")).isOne();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void rejections(Form form) {
		use((builder) -> builder.observer(observer(null)).maxWaitersPerKey(1));
		Call holder = hold(this.key);
		Call waiter = call(patient(this.key));
		failure(call(form, patient(this.key)).result);
		assertThat(waits("rejected")).isOne();
		holder.release();
		waiter.release();
		idle();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void lostLeases(Form form) {
		observed();
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<String> result = form.run(service(), patient(this.key).heldAtMost(Duration.ofMillis(50)),
				(lease) -> end.copy());
		until(() -> holds("lost") == 1);
		end.complete("late");
		failure(result);
		idle();
		assertThat(holds("released")).isZero();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void leasesLostBeforeTheirActionStarts(Form form) {
		LockListener revoking = new LockListener() {
			@Override
			public void granted(LockEvent event) {
				get(service().forceRelease(event.keys().get(0)).toFuture());
			}
		};
		use((builder) -> builder.observer(observer(null)).listeners(List.of(revoking)));
		failure(call(form, patient(this.key)).result);
		failure(call(form, patient(this.key, key("z"))).result);
		idle();
		assertThat(waits("granted")).isEqualTo(2);
		assertThat(holds("lost")).isEqualTo(2);
	}

	@Test
	void callersThatGiveUp() {
		observed();
		Call holder = hold(this.key);
		call(patient(this.key)).result.cancel(true);
		call(patient(key("a"), this.key)).result.cancel(true);
		service().executeMono(patient(this.key), (lease) -> Mono.empty()).subscribe().dispose();
		until(() -> waits("cancelled") == 3);
		holder.release();
		idle();
		assertThat(waits("granted")).isOne();
	}

	@Test
	void anInterruptedThread() {
		observed();
		Call holder = hold(this.key);
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		Thread thread = start(() -> {
			try {
				service().executeBlocking(patient(this.key), (lease) -> "never");
			}
			catch (Throwable ex) {
				failure.complete(ex);
			}
		});
		until(() -> gauge("asynclock.waiting") == 1);
		thread.interrupt();
		get(failure);
		assertThat(waits("cancelled")).isOne();
		holder.release();
		idle();
	}

	@Test
	void deadlocks() {
		observed();
		String other = key("other");
		Call one = hold(this.key);
		Call two = hold(other);
		List<CompletableFuture<String>> nested = List.of(inside(one.lease(), other), inside(two.lease(), this.key));
		assertThat(failure(nested.get(1))).isInstanceOf(LockDeadlockException.class);
		assertThat(waits("deadlock")).isOne();
		two.release();
		assertThat(get(nested.get(0))).isEqualTo("had both");
		one.release();
		idle();
	}

	private CompletableFuture<String> inside(Lease lease, String key) {
		Lease outer = LeaseContext.swap(lease);
		try {
			return service().execute(patient(key), (inner) -> done("had both"));
		}
		finally {
			LeaseContext.swap(outer);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void callsThatAShutdownRefuses(Form form) {
		observed();
		Call holder = hold(this.key);
		Call waiter = call(form, patient(this.key));
		service().shutdown();
		assertThat(failure(waiter.result)).isInstanceOf(LockClosedException.class);
		failure(call(form, patient(key("free"))).result);
		failure(call(form, patient(key("a"), key("b"))).result);
		holder.release();
		idle();
		assertThat(waits("closed")).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aTraceShowsWaitAndHoldBelowTheCallersSpan(Form form) {
		SimpleTracer tracer = new SimpleTracer();
		ObservationRegistry observations = ObservationRegistry.create();
		observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
		use((builder) -> builder.observer(observer(observations)));
		Call holder = hold(patient(this.key).named("before"));
		Observation caller = Observation.start("caller", observations);
		CompletableFuture<String> waiting = within(caller, form);
		holder.release();
		assertThat(get(waiting)).isEqualTo("ran");
		caller.stop();
		idle();
		String parent = span(tracer, "caller").getSpanId();
		SimpleSpan wait = span(tracer, "lock wait traced");
		SimpleSpan hold = span(tracer, "lock hold traced");
		assertThat(List.of(wait.context().parentId(), hold.context().parentId())).containsOnly(parent);
		assertThat(hold.getTags()).containsEntry("outcome", "released");
		assertThat(span(tracer, "lock hold before").context().parentId()).isNotEqualTo(parent);
		tracer.getSpans().forEach((span) -> {
			assertThat(span.getTags().toString() + span.getName() + span.getEvents()).doesNotContain(this.key);
			assertThat(span.getError()).isNull();
		});
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "MONO", "FLUX" })
	void whatIsNoObservationIsNobodysParentAndHarmsNoNumber(Form form) {
		observed();
		Mono<String> call = (form == Form.MONO) ? service().executeMono(patient(this.key), (lease) -> Mono.just("ran"))
				: service().executeFlux(patient(this.key), (lease) -> Mono.just("ran")).single();
		CompletableFuture<String> result = call
			.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, "foreign"))
			.toFuture();
		assertThat(get(result)).isEqualTo("ran");
		idle();
		assertThat(waits("granted")).isOne();
		assertThat(holds("released")).isOne();
	}

	@Test
	void whereTheCurrentObservationCannotBeToldTheNumbersAreRight() {
		ObservationRegistry broken = mock(ObservationRegistry.class);
		given(broken.getCurrentObservation()).willThrow(new IllegalStateException("no current observation"));
		use((builder) -> builder.observer(observer(broken)));
		CompletableFuture<String> result = service().execute(patient(this.key), (lease) -> done("ran"));
		assertThat(get(result)).isEqualTo("ran");
		idle();
	}

	/** Below an observation, as its form has it: in the context, or on the thread. */
	private CompletableFuture<String> within(Observation caller, Form form) {
		LockRequest request = patient(this.key).named("traced");
		if (form == Form.MONO) {
			return service().executeMono(request, (lease) -> Mono.just("ran"))
				.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
				.toFuture();
		}
		if (form == Form.FLUX) {
			return service().executeFlux(request, (lease) -> Mono.just("ran"))
				.contextWrite((context) -> context.put(ObservationThreadLocalAccessor.KEY, caller))
				.single()
				.toFuture();
		}
		if (form == Form.BLOCKING) {
			CompletableFuture<String> result = new CompletableFuture<>();
			start(() -> caller.scoped(() -> result.complete(service().executeBlocking(request, (lease) -> "ran"))));
			until(() -> gauge("asynclock.waiting") == 1);
			return result;
		}
		return caller.scoped(() -> service().execute(request, (lease) -> done("ran")));
	}

	private static SimpleSpan span(SimpleTracer tracer, String name) {
		return tracer.getSpans().stream().filter((span) -> span.getName().equals(name)).findFirst().orElseThrow();
	}

	@Test
	void noTagHasAKey() {
		observed();
		Call holder = hold(patient(this.key, key("b")).named("orders"));
		failure(call(atOnce(this.key)).result);
		holder.release();
		get(service().execute(this.key, () -> done("ran")));
		idle();
		List<Meter> all = this.meters.getMeters();
		assertThat(all).hasSizeGreaterThan(4);
		assertThat(all).allSatisfy((meter) -> assertThat(meter.getId().toString()).doesNotContain(this.key));
		assertThat(this.meters.find("asynclock.wait").tag("name", "none").timers()).isNotEmpty();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anObserverThatThrowsHarmsNothing(Form form) {
		ObservationRegistry throwing = ObservationRegistry.create();
		throwing.observationConfig().observationHandler(new ThrowingHandler());
		use((builder) -> builder.observer(observer(throwing)));
		Call holder = hold(form, patient(this.key));
		Call waiter = call(form, patient(this.key));
		failure(call(form, atOnce(this.key)).result);
		holder.release();
		waiter.release();
		assertThat(get(waiter.result)).isEqualTo("done");
		idle();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anObserverWhoseEveryMethodThrowsHarmsNothing(Form form) {
		use((builder) -> builder.observer(new ThrowingObserver()));
		Call holder = hold(form, patient(this.key));
		Call waiter = call(form, patient(this.key));
		holder.release();
		waiter.release();
		assertThat(get(waiter.result)).isEqualTo("done");
	}

	private static final class ThrowingHandler implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			throw new IllegalStateException("start");
		}

		@Override
		public void onStop(Observation.Context context) {
			throw new StackOverflowError("stop");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	private static final class ThrowingObserver implements EngineObserver {

		@Override
		public CallObserver asked(String name, List<String> keys, ContextView context) {
			return new CallObserver() {
				@Override
				public void waited(WaitOutcome outcome) {
					throw new IllegalStateException("waited");
				}

				@Override
				public void held(boolean lost) {
					throw new IllegalStateException("held");
				}
			};
		}

		@Override
		public void handedOver() {
			throw new IllegalStateException("handedOver");
		}

		@Override
		public void answered(long nanos, boolean failed) {
			throw new IllegalStateException("answered");
		}

	}

}
