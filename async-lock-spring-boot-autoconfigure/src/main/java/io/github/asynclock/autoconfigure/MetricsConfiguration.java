package io.github.asynclock.autoconfigure;

import io.github.asynclock.core.LockStore;
import io.github.asynclock.metrics.DefaultLockObservationConvention;
import io.github.asynclock.metrics.LockObservationConvention;
import io.github.asynclock.metrics.LockObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Bean;

/**
 * Metrics and traces of locks, where Micrometer and a registry are there. Which
 * registries there are is asked when the lock service is made: that does not depend on
 * the order of auto-configurations.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass({ ObservationRegistry.class, MeterRegistry.class })
@ConditionalOnBooleanProperty(name = "async-lock.metrics.enabled", matchIfMissing = true)
class MetricsConfiguration {

	@Bean
	ObserverSource lockObserverSource(LockStore store, ObjectProvider<ObservationRegistry> observations,
			ObjectProvider<MeterRegistry> meters, ObjectProvider<LockObservationConvention> conventions) {
		LockObservationConvention convention = conventions.getIfUnique(DefaultLockObservationConvention::new);
		return new ObserverSource(observer(observations.getIfUnique(), meters.getIfUnique(), convention, store.name()));
	}

	private static @Nullable LockObserver observer(@Nullable ObservationRegistry observations,
			@Nullable MeterRegistry meters, LockObservationConvention convention, String store) {
		if (meters != null) {
			return LockObserver.of(observations, meters, convention, store);
		}
		return (observations != null) ? LockObserver.of(observations, convention, store) : null;
	}

}
