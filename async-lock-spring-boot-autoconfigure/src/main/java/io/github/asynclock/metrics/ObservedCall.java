package io.github.asynclock.metrics;

import java.util.List;
import java.util.Locale;

import io.github.asynclock.core.EngineObserver.CallObserver;
import io.github.asynclock.core.EngineObserver.WaitOutcome;
import io.github.asynclock.metrics.LockObservationContext.Phase;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * One call. Errors are told by the outcome alone: what a lock's exception says names its
 * keys, which are not for everybody who reads traces. The gauges are changed first: they
 * stay right where an observation's handler throws.
 */
final class ObservedCall implements CallObserver {

	private final LockObserver observer;

	private final @Nullable String name;

	private final List<String> keys;

	private final @Nullable Observation parent;

	private final LockObservationContext wait;

	private final @Nullable Observation waiting;

	private @Nullable LockObservationContext hold;

	private @Nullable Observation holding;

	ObservedCall(LockObserver observer, @Nullable String name, List<String> keys, @Nullable Observation parent) {
		this.observer = observer;
		this.name = name;
		this.keys = keys;
		this.parent = parent;
		this.wait = context(Phase.WAIT);
		this.waiting = observer.start(this.wait, parent);
	}

	private LockObservationContext context(Phase phase) {
		return new LockObservationContext(phase, this.name, this.keys, this.observer.store());
	}

	@Override
	public void waited(WaitOutcome outcome) {
		LockMeters meters = this.observer.meters();
		meters.waiting(-1);
		boolean granted = outcome == WaitOutcome.GRANTED;
		if (granted) {
			meters.held(1);
		}
		try {
			this.wait.ends(outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'));
			if (this.waiting != null) {
				this.waiting.stop();
			}
		}
		finally {
			if (granted) {
				this.hold = context(Phase.HOLD);
				this.holding = this.observer.start(this.hold, this.parent);
			}
		}
	}

	@Override
	public void held(boolean lost) {
		this.observer.meters().held(-1);
		if (this.hold != null && this.holding != null) {
			this.hold.ends(lost ? "lost" : "released");
			this.holding.stop();
		}
	}

}
