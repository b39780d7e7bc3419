package io.github.asynclock.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/**
 * The numbers in a registry. All are there from the start, so that a dashboard sees a
 * zero where nothing has happened yet.
 */
final class MicrometerMeters implements LockMeters {

	private final LongAdder waiting = new LongAdder();

	private final LongAdder held = new LongAdder();

	private final Counter handOvers;

	private final Counter wakeUps;

	private final Counter polls;

	private final Counter renewals;

	private final Timer answered;

	private final Timer failed;

	MicrometerMeters(MeterRegistry registry, String store) {
		gauge(registry, "asynclock.waiting", "Calls that wait for their keys now", store, this.waiting);
		gauge(registry, "asynclock.held", "Calls that hold their keys now", store, this.held);
		this.handOvers = counter(registry, "asynclock.handovers",
				"Grants that went to the next caller of this instance without asking the store", store);
		this.wakeUps = counter(registry, "asynclock.wakeups", "Messages that a key is or may be free", store);
		this.polls = counter(registry, "asynclock.polls", "Keys asked for again as no wake-up came", store);
		this.renewals = counter(registry, "asynclock.renewals", "Leases that were extended", store);
		this.answered = timer(registry, "answered", store);
		this.failed = timer(registry, "failed", store);
	}

	private static void gauge(MeterRegistry registry, String name, String description, String store, LongAdder value) {
		Gauge.builder(name, value, LongAdder::sum).description(description).tag("store", store).register(registry);
	}

	private static Counter counter(MeterRegistry registry, String name, String description, String store) {
		return Counter.builder(name).description(description).tag("store", store).register(registry);
	}

	private static Timer timer(MeterRegistry registry, String outcome, String store) {
		return Timer.builder("asynclock.commands")
			.description("Commands to the store, from sending to the answer")
			.tag("outcome", outcome)
			.tag("store", store)
			.register(registry);
	}

	@Override
	public void waiting(int change) {
		this.waiting.add(change);
	}

	@Override
	public void held(int change) {
		this.held.add(change);
	}

	@Override
	public void handedOver() {
		this.handOvers.increment();
	}

	@Override
	public void wokenUp() {
		this.wakeUps.increment();
	}

	@Override
	public void polled() {
		this.polls.increment();
	}

	@Override
	public void renewed(int keys) {
		this.renewals.increment(keys);
	}

	@Override
	public void answered(long nanos, boolean failed) {
		(failed ? this.failed : this.answered).record(nanos, TimeUnit.NANOSECONDS);
	}

}
