package io.github.asynclock.metrics;

import java.util.List;

import io.github.asynclock.core.EngineObserver;
import io.github.asynclock.core.LoggedFailures;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Makes two observations of each call, of its wait and of its hold, both below what its
 * caller observes; and counts what is no call.
 */
public final class LockObserver implements EngineObserver {

	private static final Log logger = LogFactory.getLog(LockObserver.class);

	private final LoggedFailures failures = new LoggedFailures(logger);

	private final ObservationRegistry registry;

	private final LockMeters meters;

	private final LockObservationConvention convention;

	private final String store;

	private LockObserver(ObservationRegistry registry, LockMeters meters, LockObservationConvention convention,
			String store) {
		this.registry = registry;
		this.meters = meters;
		this.convention = convention;
		this.store = store;
	}

	/**
	 * Observations alone, for whatever handles them.
	 */
	public static LockObserver of(ObservationRegistry registry, LockObservationConvention convention, String store) {
		return new LockObserver(registry, LockMeters.NONE, convention, store);
	}

	/**
	 * The same and meters.
	 * @param registry null: the observations become timers and nothing else. Else its
	 * handlers make the timers
	 * @param store what the store is called
	 */
	public static LockObserver of(@Nullable ObservationRegistry registry, MeterRegistry meters,
			LockObservationConvention convention, String store) {
		return new LockObserver((registry != null) ? registry : timersOnly(meters), new MicrometerMeters(meters, store),
				convention, store);
	}

	private static ObservationRegistry timersOnly(MeterRegistry meters) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
		return registry;
	}

	@Override
	public CallObserver asked(@Nullable String name, List<String> keys, @Nullable ContextView context) {
		CallObserver call = new ObservedCall(this, name, keys, parent(context));
		// Last: of a call that cannot be observed, the end is not told either.
		this.meters.waiting(1);
		return call;
	}

	private @Nullable Observation parent(@Nullable ContextView context) {
		Object own = (context != null) ? context.getOrDefault(ObservationThreadLocalAccessor.KEY, null) : null;
		return (own instanceof Observation observation) ? observation : this.registry.getCurrentObservation();
	}

	/**
	 * Begins to observe; never the current observation of any thread.
	 * @return null if that failed: the numbers have to be right nevertheless
	 */
	@Nullable Observation start(LockObservationContext context, @Nullable Observation parent) {
		try {
			return started(context, parent);
		}
		catch (RuntimeException | Error ex) {
			this.failures.log(() -> "A lock could not be observed; the lock goes on", ex);
			return null;
		}
	}

	private Observation started(LockObservationContext context, @Nullable Observation parent) {
		String name = this.convention.getName(context.getPhase());
		Observation observation = Observation.createNotStarted(name, () -> context, this.registry)
			.observationConvention(this.convention);
		// Not whatever is current here: a grant comes on any thread.
		context.setParentObservation(parent);
		return observation.start();
	}

	LockMeters meters() {
		return this.meters;
	}

	String store() {
		return this.store;
	}

	@Override
	public void handedOver() {
		this.meters.handedOver();
	}

	@Override
	public void wokenUp() {
		this.meters.wokenUp();
	}

	@Override
	public void polled() {
		this.meters.polled();
	}

	@Override
	public void renewed(int keys) {
		this.meters.renewed(keys);
	}

	@Override
	public void answered(long nanos, boolean failed) {
		this.meters.answered(nanos, failed);
	}

}
