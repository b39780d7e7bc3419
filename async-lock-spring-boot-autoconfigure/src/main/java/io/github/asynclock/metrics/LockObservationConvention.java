package io.github.asynclock.metrics;

import io.github.asynclock.metrics.LockObservationContext.Phase;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and tags of what is observed of locks. A bean of this type takes the place of
 * {@link DefaultLockObservationConvention}; one that throws harms no lock.
 */
public interface LockObservationConvention extends ObservationConvention<LockObservationContext> {

	/**
	 * What the observation, and so its timer, is called. Leave {@link #getName()} null as
	 * it is: Micrometer would take its name for both.
	 */
	String getName(Phase phase);

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof LockObservationContext;
	}

}
