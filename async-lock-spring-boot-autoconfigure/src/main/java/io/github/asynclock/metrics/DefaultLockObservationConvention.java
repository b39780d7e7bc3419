package io.github.asynclock.metrics;

import io.github.asynclock.metrics.LockObservationContext.Phase;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The names and tags of {@code docs/metrics.md}: {@code asynclock.wait} and
 * {@code asynclock.hold} with {@code name}, {@code outcome} and {@code store}. Never a
 * key.
 */
public class DefaultLockObservationConvention implements LockObservationConvention {

	private static final String NONE = "none";

	@Override
	public String getName(Phase phase) {
		return (phase == Phase.WAIT) ? "asynclock.wait" : "asynclock.hold";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(LockObservationContext context) {
		return KeyValues.of(KeyValue.of("name", orNone(context.getRequestName())),
				KeyValue.of("outcome", orNone(context.getOutcome())), KeyValue.of("store", context.getStore()));
	}

	@Override
	public String getContextualName(LockObservationContext context) {
		String what = (context.getPhase() == Phase.WAIT) ? "lock wait" : "lock hold";
		return (context.getRequestName() != null) ? what + " " + context.getRequestName() : what;
	}

	private static String orNone(@Nullable String text) {
		return (text != null) ? text : NONE;
	}

}
