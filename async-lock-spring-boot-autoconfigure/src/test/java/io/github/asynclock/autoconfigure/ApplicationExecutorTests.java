package io.github.asynclock.autoconfigure;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationExecutorTests {

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final AtomicReference<String> ranOn = new AtomicReference<>();

	@Test
	void noneWhereThereIsNone() {
		assertThat(ApplicationExecutor.find(this.beanFactory)).isEmpty();
	}

	@Test
	void theApplicationTaskExecutorAmongSeveral() {
		register("other");
		register("applicationTaskExecutor");
		assertThatExecutorIs("applicationTaskExecutor");
	}

	@Test
	void theApplicationTaskExecutorMayBeAnyExecutor() {
		RootBeanDefinition definition = new RootBeanDefinition(Executor.class, () -> {
			Executor executor = (task) -> this.ranOn.set("applicationTaskExecutor");
			return executor;
		});
		this.beanFactory.registerBeanDefinition("applicationTaskExecutor", definition);
		assertThatExecutorIs("applicationTaskExecutor");
	}

	@Test
	void theOnlyTaskExecutor() {
		register("mine");
		assertThatExecutorIs("mine");
	}

	@Test
	void noneOfSeveral() {
		register("one");
		register("two");
		assertThat(ApplicationExecutor.find(this.beanFactory)).isEmpty();
	}

	@Test
	void neverAScheduler() {
		this.beanFactory.registerBeanDefinition("taskScheduler", new RootBeanDefinition(ThreadPoolTaskScheduler.class));
		assertThat(ApplicationExecutor.find(this.beanFactory)).isEmpty();
		register("mine");
		assertThatExecutorIs("mine");
	}

	@Test
	void neverOneThatIsKeptFromInjection() {
		register("hidden", (definition) -> definition.setAutowireCandidate(false));
		register("qualified", (definition) -> ((AbstractBeanDefinition) definition).setDefaultCandidate(false));
		assertThat(ApplicationExecutor.find(this.beanFactory)).isEmpty();
	}

	@Test
	void theExecutorOfAParentContext() {
		register("applicationTaskExecutor");
		DefaultListableBeanFactory child = new DefaultListableBeanFactory(this.beanFactory);
		ApplicationExecutor.find(child).orElseThrow().execute(() -> {
		});
		assertThat(this.ranOn).hasValue("applicationTaskExecutor");
	}

	@Test
	void isCreatedWhenItIsNeededFirst() {
		register("mine");
		Executor executor = ApplicationExecutor.find(this.beanFactory).orElseThrow();
		assertThat(this.beanFactory.containsSingleton("mine")).isFalse();
		executor.execute(() -> {
		});
		assertThat(this.beanFactory.containsSingleton("mine")).isTrue();
	}

	private void assertThatExecutorIs(String name) {
		ApplicationExecutor.find(this.beanFactory).orElseThrow().execute(() -> {
		});
		assertThat(this.ranOn).hasValue(name);
	}

	private void register(String name, BeanDefinitionCustomizer... customizers) {
		RootBeanDefinition definition = new RootBeanDefinition(AsyncTaskExecutor.class,
				() -> new ConcurrentTaskExecutor((task) -> this.ranOn.set(name)));
		for (BeanDefinitionCustomizer customizer : customizers) {
			customizer.customize(definition);
		}
		this.beanFactory.registerBeanDefinition(name, definition);
	}

}
