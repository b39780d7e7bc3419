package io.github.asynclock.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Annotated beans in an application that has nothing but the starter.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
public class LockedInApplicationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, AopAutoConfiguration.class));

	private final CompletableFuture<String> work = new CompletableFuture<>();

	@Test
	void anAnnotatedMethodHoldsItsKeyUntilItsFutureHasEnded() {
		this.runner.withBean(Orders.class).run((context) -> {
			Orders orders = context.getBean(Orders.class);
			CompletableFuture<String> first = orders.process(1, () -> this.work);
			CompletableFuture<String> second = orders.process(1, () -> CompletableFuture.completedFuture("second"));
			assertThat(second).isNotDone();
			this.work.complete("first");
			assertThat(first.join()).isEqualTo("first");
			assertThat(second.join()).isEqualTo("second");
		});
	}

	@Test
	void aBeanWithAnInterfaceIsStillInjectableByItsClass() {
		this.runner.withBean(Orders.class).run((context) -> {
			assertThat(Orders.class.getInterfaces()).isNotEmpty();
			assertThat(AopUtils.isCglibProxy(context.getBean(Orders.class))).isTrue();
		});
	}

	@Test
	void worksWithoutAspectJ() {
		this.runner.withClassLoader(new FilteredClassLoader("org.aspectj"))
			.withBean(Orders.class)
			.run((context) -> assertThat(AopUtils.isAopProxy(context.getBean(Orders.class))).isTrue());
	}

	@Test
	void theDefaultsAreTheApplications() {
		this.runner.withPropertyValues("async-lock.wait-time=0").run((context) -> {
			LockService locks = context.getBean(LockService.class);
			locks.execute("key", () -> this.work);
			assertThatThrownBy(() -> locks.execute("key", () -> this.work).join())
				.hasCauseInstanceOf(LockTimeoutException.class);
			this.work.complete("done");
		});
	}

	@Test
	void theLimitIsTheApplications() {
		this.runner.withPropertyValues("async-lock.max-waiters-per-key=1").run((context) -> {
			LockService locks = context.getBean(LockService.class);
			locks.execute("key", () -> this.work);
			CompletableFuture<String> waiting = locks.execute("key", () -> this.work);
			assertThatThrownBy(() -> locks.execute("key", () -> this.work).join())
				.hasCauseInstanceOf(LockRejectedException.class);
			this.work.complete("done");
			assertThat(waiting.join()).isEqualTo("done");
		});
	}

	@Test
	void listenersAreToldInTheirOrder() {
		List<String> told = new ArrayList<>();
		this.runner.withBean("b", LockListener.class, () -> new Second(told))
			.withBean("a", LockListener.class, () -> new First(told))
			.run((context) -> {
				context.getBean(LockService.class).execute("key", () -> CompletableFuture.completedFuture("x")).join();
				assertThat(told).containsExactly("first", "second");
			});
	}

	@Test
	void severalServicesOfTheApplicationAreChosenByName() {
		LockService one = mock(LockService.class);
		LockService two = mock(LockService.class);
		given(two.execute(any(), any(Function.class))).willReturn(CompletableFuture.completedFuture("two"));
		this.runner.withBean("one", LockService.class, () -> one, (definition) -> definition.setPrimary(true))
			.withBean("two", LockService.class, () -> two)
			.withBean(OnTwo.class)
			.run((context) -> {
				assertThat(context.getBean(OnTwo.class).process().join()).isEqualTo("two");
				then(one).shouldHaveNoInteractions();
			});
	}

	public interface Processing {

	}

	public static class Orders implements Processing {

		@Locked(key = "'order-' + #id")
		public CompletableFuture<String> process(long id, Supplier<CompletableFuture<String>> work) {
			return work.get();
		}

	}

	static class OnTwo {

		@Locked(key = "'key'", service = "two")
		public CompletableFuture<String> process() {
			return CompletableFuture.completedFuture("unlocked");
		}

	}

	@Order(1)
	record First(List<String> told) implements LockListener {

		@Override
		public void granted(LockEvent event) {
			this.told.add("first");
		}

	}

	@Order(2)
	record Second(List<String> told) implements LockListener {

		@Override
		public void granted(LockEvent event) {
			this.told.add("second");
		}

	}

}
