package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Lease;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.Ordered;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Methods that nobody of the application calls: the framework does, on the object that
 * its own post-processor saw.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LockedByOthersTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, AopAutoConfiguration.class))
		.withUserConfiguration(App.class);

	@Test
	void aScheduledMethod() {
		this.runner.run((context) -> assertThat(context.getBean(Job.class).scheduled().join()).isTrue());
	}

	@Test
	void aMessageListener() {
		this.runner.run((context) -> {
			Job seen = (Job) context.getBean(ListenerPostProcessor.class).seen;
			assertThat(seen.isHeldWhileListening()).isTrue();
		});
	}

	@Test
	void anEventListener() {
		this.runner.run((context) -> {
			context.publishEvent("event");
			assertThat(context.getBean(Job.class).heard().join()).isTrue();
		});
	}

	@Test
	void theLockIsOutsideAsyncNevertheless() {
		this.runner.run((context) -> {
			CompletableFuture<String> work = new CompletableFuture<>();
			Job job = context.getBean(Job.class);
			CompletableFuture<String> first = job.async(work);
			CompletableFuture<String> second = job.async(CompletableFuture.completedFuture("second"));
			assertThat(second).isNotDone();
			work.complete("first");
			assertThat(first.join()).isEqualTo("first");
			assertThat(second.join()).isEqualTo("second");
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	@EnableAsync
	static class App {

		@Bean
		static ListenerPostProcessor listenerPostProcessor() {
			return new ListenerPostProcessor();
		}

		@Bean
		Job job() {
			return new Job();
		}

	}

	/** Keeps the bean as it is at that moment, as those of Kafka and RabbitMQ do. */
	static class ListenerPostProcessor implements BeanPostProcessor, Ordered {

		private Object seen = "nothing";

		@Override
		public int getOrder() {
			return LOWEST_PRECEDENCE;
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			this.seen = name.equals("job") ? bean : this.seen;
			return bean;
		}

	}

	static class Job {

		private final CompletableFuture<Boolean> scheduled = new CompletableFuture<>();

		private final CompletableFuture<Boolean> heard = new CompletableFuture<>();

		@Locked(key = "'scheduled'")
		@Scheduled(fixedDelay = 1000)
		public void run() {
			this.scheduled.complete(Lease.current().isPresent());
		}

		@Locked(key = "'listener'")
		public boolean isHeldWhileListening() {
			return Lease.current().isPresent();
		}

		@Locked(key = "'event'")
		@EventListener
		public void on(String event) {
			this.heard.complete(Lease.current().isPresent());
		}

		@Async
		@Locked(key = "'async'")
		public CompletableFuture<String> async(CompletableFuture<String> work) {
			return work;
		}

		public CompletableFuture<Boolean> scheduled() {
			return this.scheduled;
		}

		public CompletableFuture<Boolean> heard() {
			return this.heard;
		}

	}

}
