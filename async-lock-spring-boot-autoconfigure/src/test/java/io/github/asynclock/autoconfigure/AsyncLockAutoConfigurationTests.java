package io.github.asynclock.autoconfigure;

import java.util.Arrays;
import java.util.concurrent.Executor;

import io.github.asynclock.LockService;
import io.github.asynclock.aop.LockedBeanPostProcessor;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.UnitsOfWork;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class AsyncLockAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(AsyncLockAutoConfiguration.class, AsyncLockOffAutoConfiguration.class));

	@Test
	void wiresALocalLockServiceAndAnnotations() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(LockService.class).hasSingleBean(LockedBeanPostProcessor.class);
			assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class);
		});
	}

	@Test
	void theApplicationsLockServicesTakeThePlaceOfOurs() {
		this.runner.withBean("first", LockService.class, () -> mock(LockService.class))
			.withBean("second", LockService.class, () -> mock(LockService.class))
			.run((context) -> {
				assertThat(context).getBeanNames(LockService.class).containsExactly("first", "second");
				assertThat(context).hasSingleBean(LockedBeanPostProcessor.class)
					.doesNotHaveBean(LockStore.class)
					.doesNotHaveBean(ClosingPhase.class);
			});
	}

	@Test
	void theApplicationsLockStoreTakesThePlaceOfOurs() {
		LockStore store = mock(LockStore.class);
		this.runner.withBean(LockStore.class, () -> store)
			.withPropertyValues("async-lock.provider=redis")
			.run((context) -> {
				assertThat(context).hasSingleBean(QueueingLockService.class);
				assertThat(context.getBean(LockStore.class)).isSameAs(store);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "off", "no", "FALSE" })
	void switchedOffItWiresNothingAndSaysSo(String off, CapturedOutput output) {
		this.runner.withPropertyValues("async-lock.enabled=" + off).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(LockService.class);
			assertThat(ours(context)).containsExactly(AsyncLockOffAutoConfiguration.class);
			assertThat(output).containsOnlyOnce("run unlocked");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "on", "yes", "" })
	void isSwitchedOn(String on, CapturedOutput output) {
		this.runner.withPropertyValues("async-lock.enabled=" + on).run((context) -> {
			assertThat(context).hasSingleBean(LockService.class);
			assertThat(output).doesNotContain("run unlocked");
		});
	}

	@Test
	void emptyValuesMeanTheDefaults() {
		this.runner
			.withPropertyValues("async-lock.provider=", "async-lock.wait-time=", "async-lock.lease-time=",
					"async-lock.max-waiters-per-key=", "async-lock.release-after-transaction=", "async-lock.redis.url=",
					"async-lock.redis.cluster.nodes=")
			.run((context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class));
	}

	@Test
	void worksWithoutSpringsTransactions() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.transaction"))
			.withPropertyValues("async-lock.provider=local")
			.run((context) -> assertThat(context).hasSingleBean(LockService.class).doesNotHaveBean(UnitsOfWork.class));
	}

	@Test
	void providerLocalDoesNotLookAtRedis() {
		this.runner.withPropertyValues("async-lock.provider=local", "async-lock.redis.url=redis://localhost")
			.run((context) -> assertThat(context).hasSingleBean(LocalLockStore.class));
	}

	@Test
	void theApplicationsTaskExecutorIsThereAsBefore() {
		this.runner.withConfiguration(AutoConfigurations.of(TaskExecutionAutoConfiguration.class))
			.run((context) -> assertThat(context).getBeanNames(Executor.class)
				.containsExactly("applicationTaskExecutor"));
	}

	private static Class<?>[] ours(ConfigurableApplicationContext context) {
		return Arrays.stream(context.getBeanDefinitionNames())
			.map(context::getType)
			.filter((type) -> type != null && type.getName().startsWith("io.github.asynclock"))
			.toArray(Class<?>[]::new);
	}

}
