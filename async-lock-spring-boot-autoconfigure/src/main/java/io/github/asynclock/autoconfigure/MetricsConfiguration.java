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
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Bean;

/**
 * Metrics and traces of locks, where Micrometer and a registry are there; traces alone
 * where there is no meter on the class path. Which registries there are is asked when the
 * lock service is made: that does not depend on the order of auto-configurations.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBooleanProperty(name = "async-lock.metrics.enabled", matchIfMissing = true)
class MetricsConfiguration {

	private static LockObservationConvention convention(ObjectProvider<LockObservationConvention> conventions) {
		return conventions.getIfUnique(DefaultLockObservationConvention::new);
	}

	private static @Nullable LockObserver traces(ObjectProvider<ObservationRegistry> observations,
			LockObservationConvention convention, LockStore store) {
		ObservationRegistry registry = observations.getIfUnique();
		return (registry != null) ? LockObserver.of(registry, convention, store.name()) : null;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class MetersAndTraces {

		@Bean
		ObserverSource lockObserverSource(LockStore store, ObjectProvider<ObservationRegistry> observations,
				ObjectProvider<MeterRegistry> meters, ObjectProvider<LockObservationConvention> conventions) {
			LockObservationConvention convention = convention(conventions);
			MeterRegistry registry = meters.getIfUnique();
			return new ObserverSource(
					(registry != null) ? LockObserver.of(observations.getIfUnique(), registry, convention, store.name())
							: traces(observations, convention, store));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("io.micrometer.core.instrument.MeterRegistry")
	static class TracesAlone {

		@Bean
		ObserverSource lockObserverSource(LockStore store, ObjectProvider<ObservationRegistry> observations,
				ObjectProvider<LockObservationConvention> conventions) {
			return new ObserverSource(traces(observations, convention(conventions), store));
		}

	}

}
