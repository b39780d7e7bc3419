package io.github.asynclock.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockRequest;
import io.github.asynclock.actuate.LockStoreHealthIndicator;
import io.github.asynclock.actuate.LocksEndpoint;
import io.github.asynclock.core.LockState;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import io.github.asynclock.redis.RedisLockStore;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Actuator has of locks, and what that costs.
 */
class ActuatorConfigurationTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=asynclocks";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(AsyncLockAutoConfiguration.class, AsyncLockActuatorAutoConfiguration.class));

	private final ApplicationContextRunner twoServices = this.runner.withPropertyValues(EXPOSED)
		.withBean("first", QueueingLockService.class, ActuatorConfigurationTests::service)
		.withBean("second", QueueingLockService.class, ActuatorConfigurationTests::service);

	private static QueueingLockService service() {
		return QueueingLockService.builder(new LocalLockStore()).build();
	}

	/** What is known of a key that is held. */
	private static LockState held(AssertableApplicationContext context) {
		QueueingLockService service = context.getBean(QueueingLockService.class);
		CompletableFuture<String> end = new CompletableFuture<>();
		service.execute(LockRequest.of("key").named("orders"), (lease) -> end);
		LockState state = service.lock("key");
		end.complete("ended");
		return state;
	}

	@Test
	void sinceWhenAKeyIsHeldIsRecordedWhereTheEndpointIsExposed() {
		this.runner.withPropertyValues(EXPOSED).run((context) -> {
			assertThat(context).hasSingleBean(LocksEndpoint.class);
			LockState state = held(context);
			assertThat(state.heldFor()).isGreaterThanOrEqualTo(Duration.ZERO);
			assertThat(state.name()).isEqualTo("orders");
		});
	}

	@Test
	void sinceWhenAKeyIsHeldIsNotRecordedForNobody() {
		this.runner.run((context) -> {
			assertThat(context).doesNotHaveBean(LocksEndpoint.class);
			assertThat(held(context).heldFor()).isNull();
		});
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(held(context).heldFor()).isNull());
	}

	@Test
	void oneOfTwoServicesIsShownIfItIsThePrimaryOne() {
		this.twoServices.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LocksEndpoint.class));
		this.twoServices
			.withBean("third", QueueingLockService.class, ActuatorConfigurationTests::service,
					(definition) -> definition.setPrimary(true))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(LocksEndpoint.class));
	}

	@Test
	void ofTwoStoresThereIsNoHealth() {
		this.twoServices.withPropertyValues("management.health.asynclock.enabled=true")
			.withBean("here", RedisLockStore.class, TestRedis::store)
			.withBean("there", LockStore.class, LocalLockStore::new)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(LockStoreHealthIndicator.class));
	}

}
