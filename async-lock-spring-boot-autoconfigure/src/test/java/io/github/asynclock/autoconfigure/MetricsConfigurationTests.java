package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.metrics.DefaultLockObservationConvention;
import io.github.asynclock.metrics.LockObservationContext;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What metrics and traces need, and what turns them off.
 */
class MetricsConfigurationTests {

	private final ApplicationContextRunner alone = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class));

	private final ApplicationContextRunner withBoots = this.alone.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class));

	private static void lock(AssertableApplicationContext context) {
		LockService service = context.getBean(LockService.class);
		service.execute(LockRequest.of("key-1").named("orders"), (lease) -> CompletableFuture.completedFuture("ran"))
			.join();
	}

	@Test
	void bootsRegistriesHaveOneTimerOfEach() {
		this.withBoots.run((context) -> {
			lock(context);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("asynclock.wait").tag("name", "orders").tag("store", "local").timer().count())
				.isOne();
			assertThat(meters.get("asynclock.hold").tag("outcome", "released").timer().count()).isOne();
			assertThat(meters.get("asynclock.held").gauge().value()).isZero();
		});
	}

	@Test
	void aMeterRegistryAloneIsEnough() {
		this.alone.withBean(SimpleMeterRegistry.class).run((context) -> {
			lock(context);
			assertThat(context.getBean(MeterRegistry.class).get("asynclock.wait").timer().count()).isOne();
		});
	}

	@Test
	void anObservationRegistryAloneIsEnough() {
		TestObservationRegistry observations = TestObservationRegistry.create();
		this.alone.withBean(TestObservationRegistry.class, () -> observations).run((context) -> {
			lock(context);
			TestObservationRegistryAssert.assertThat(observations)
				.hasNumberOfObservationsEqualTo(2)
				.hasObservationWithNameEqualTo("asynclock.hold")
				.that()
				.hasLowCardinalityKeyValue("outcome", "released")
				.hasBeenStopped();
		});
	}

	@Test
	void aConventionTakesThePlaceOfOurs() {
		this.withBoots.withBean(Shouting.class).run((context) -> {
			lock(context);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("LOCK.WAIT").tag("what", "ORDERS").timer().count()).isOne();
			assertThat(meters.get("LOCK.HOLD").tag("what", "ORDERS").timer().count()).isOne();
			assertThat(meters.find("asynclock.wait").timer()).isNull();
		});
	}

	@Test
	void aPropertyTurnsAllOff() {
		this.withBoots.withPropertyValues("async-lock.metrics.enabled=false").run((context) -> {
			lock(context);
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.noneMatch((meter) -> meter.getId().getName().startsWith("asynclock"));
		});
	}

	@Test
	void withoutARegistryOrMicrometerLocksAreAsBefore() {
		this.alone.run((context) -> {
			lock(context);
			assertThat(context.getBean(ObserverSource.class).observer()).isNull();
		});
		this.withBoots.withClassLoader(new FilteredClassLoader("io.micrometer")).run((context) -> {
			assertThat(context).hasSingleBean(QueueingLockService.class).doesNotHaveBean(ObserverSource.class);
			lock(context);
		});
	}

	/** Tracing alone, as by Boot's starter for Zipkin, brings no meters. */
	@Test
	void withoutMicrometersCoreThereAreTraces() {
		TestObservationRegistry observations = TestObservationRegistry.create();
		this.alone.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.withBean(TestObservationRegistry.class, () -> observations)
			.run((context) -> {
				lock(context);
				TestObservationRegistryAssert.assertThat(observations).hasNumberOfObservationsEqualTo(2);
			});
	}

	static class Shouting extends DefaultLockObservationConvention {

		@Override
		public String getName(LockObservationContext.Phase phase) {
			return "LOCK." + phase;
		}

		@Override
		public KeyValues getLowCardinalityKeyValues(LockObservationContext context) {
			return KeyValues.of("what", String.valueOf(context.getRequestName()).toUpperCase());
		}

	}

}
