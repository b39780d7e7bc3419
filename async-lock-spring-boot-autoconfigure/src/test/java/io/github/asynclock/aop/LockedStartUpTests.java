package io.github.asynclock.aop;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Role;

import io.github.asynclock.LockService;
import io.github.asynclock.Locked;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Wired as in an application: nothing is created early, and an application without
 * {@code @Locked} stays as it was.
 */
@ExtendWith(OutputCaptureExtension.class)
class LockedStartUpTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class,
				ConfigurationPropertiesAutoConfiguration.class))
		.withUserConfiguration(Wiring.class);

	@Test
	void nothingIsCreatedTooEarlyForAllPostProcessors(CapturedOutput output) {
		this.runner.withUserConfiguration(WithLocked.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).doesNotContain("is not eligible for getting processed by all BeanPostProcessors");
			assertThat(AopUtils.isAopProxy(context.getBean(Work.class))).isTrue();
		});
	}

	@Test
	void anApplicationWithoutLockedMethodsIsNotChanged() {
		this.runner.withUserConfiguration(WithoutLocked.class).run((context) -> {
			assertThat(context.getBean(Plain.class).getClass()).isEqualTo(Plain.class);
			assertThat(context.getBean("created", List.class)).as("the lock service was not needed").isEmpty();
		});
	}

	@Test
	void aLockedMethodMayBeCalledWhileTheContextStarts() {
		this.runner.withUserConfiguration(WithLocked.class, CallingEarly.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(NaiveLockService.class).events).containsExactly("locked a", "unlocked a");
		});
	}

	@Test
	void aBrokenClassFailsWithOneMessageThatNamesTheMethod() {
		this.runner.withBean(Broken.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(LockedDefinitionException.class)
				.hasMessageStartingWith(Broken.class.getName() + ".work()"));
	}

	@Configuration(proxyBeanMethods = false)
	static class Wiring {

		@Bean
		List<String> created() {
			return new ArrayList<>();
		}

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static LockedBeanPostProcessor lockedBeanPostProcessor() {
			return new LockedBeanPostProcessor();
		}

		@Bean
		static BeanPostProcessor outermost(LockedBeanPostProcessor locked) {
			return locked.outermost();
		}

		@Bean
		@Lazy
		NaiveLockService lockService(List<String> created) {
			created.add("lockService");
			return new NaiveLockService();
		}

	}

	@Configuration
	static class WithLocked {

		@Bean
		Work work() {
			return new Work();
		}

	}

	@Configuration
	static class WithoutLocked {

		@Bean
		Plain plain() {
			return new Plain();
		}

	}

	@Configuration
	static class CallingEarly {

		@Bean
		String caller(Work work) {
			return work.work();
		}

	}

	static class Work {

		@Locked("'a'")
		public String work() {
			return "done";
		}

	}

	static class Plain {

		public LockService unused() {
			throw new UnsupportedOperationException();
		}

	}

	static class Broken {

		@Locked(" ")
		public void work() {
		}

	}

}
