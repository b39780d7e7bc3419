package io.github.asynclock.aop;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.support.SimpleCacheManager;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.EnableAspectJAutoProxy;
import org.springframework.core.Ordered;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import io.github.asynclock.Locked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * The lock is outside all other advice, with JDK and CGLIB proxies, and in whatever order
 * bean post-processors are declared and sorted.
 */
class LockedOrderTests {

	static Stream<Arguments> contexts() {
		return Stream.of(Jdk.class, Cglib.class, OthersLast.class, OthersFirst.class)
			.flatMap((configuration) -> Stream.of(arguments(configuration, true), arguments(configuration, false)));
	}

	private static AnnotationConfigApplicationContext start(Class<?> configuration, boolean lockedFirst) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		Class<?>[] order = lockedFirst ? new Class<?>[] { OurConfiguration.class, configuration, Others.class }
				: new Class<?>[] { Others.class, configuration, OurConfiguration.class };
		context.register(order);
		context.refresh();
		return context;
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void lockBeforeTheTransactionUntilAfterItsCommit(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Service service = context.getBean(Service.class);
			assertThat(AopUtils.isJdkDynamicProxy(service)).isEqualTo(configuration == Jdk.class);
			service.transactional("k");
			assertThat(withoutAspect(context)).containsExactly("locked k", "begin", "body", "commit", "unlocked k");
		}
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void lockOnceAroundAllRetries(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Service service = context.getBean(Service.class);
			assertThat(service.retried("k")).isEqualTo("third time");
			assertThat(withoutAspect(context)).containsExactly("locked k", "body", "body", "body", "unlocked k");
			events(context).clear();
			StepVerifier.create(service.retriedMono("k")).expectNext("third time").verifyComplete();
			assertThat(withoutAspect(context)).containsExactly("locked k", "body", "body", "body", "unlocked k");
		}
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void lockAroundTheCacheSoThatOneCallerComputes(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Service service = context.getBean(Service.class);
			service.cached("k");
			service.cached("k");
			assertThat(withoutAspect(context)).containsExactly("locked k", "lookup", "body", "unlocked k", "locked k",
					"lookup", "unlocked k");
		}
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void lockBeforeTheTaskIsSubmittedUntilItsFutureHasEnded(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Service service = context.getBean(Service.class);
			assertThat(service.asynchronous("k").join()).startsWith("task-");
			assertThat(withoutAspect(context)).containsExactly("locked k", "submit", "body", "unlocked k");
		}
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void aBeforeAspectWorksWhereTheBodyRunsOnAnotherThread(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Service service = context.getBean(Service.class);
			Mono<String> elsewhere = service.mono("k").subscribeOn(Schedulers.boundedElastic());
			StepVerifier.create(elsewhere.repeat(1)).expectNextCount(2).verifyComplete();
			assertThat(events(context)).containsExactly("locked k", "aspect k", "body", "unlocked k", "locked k",
					"aspect k", "body", "unlocked k");
		}
	}

	@ParameterizedTest
	@MethodSource("contexts")
	void theAdvisorIsTheFirst(Class<?> configuration, boolean lockedFirst) {
		try (AnnotationConfigApplicationContext context = start(configuration, lockedFirst)) {
			Advised proxy = (Advised) context.getBean(Service.class);
			assertThat(proxy.getAdvisors()[0].getAdvice()).isInstanceOf(LockedInterceptor.class);
		}
	}

	/** Where the aspect stands among the others is not ours to say. */
	private static List<String> withoutAspect(AnnotationConfigApplicationContext context) {
		return events(context).stream().filter((event) -> !event.startsWith("aspect")).toList();
	}

	private static List<String> events(AnnotationConfigApplicationContext context) {
		return context.getBean(NaiveLockService.class).events;
	}

	interface Service {

		void transactional(String key);

		@Retryable(maxRetries = 5, delay = 1) // Spring's does not see the class's behind
												// a JDK proxy
		String retried(String key);

		@Retryable(maxRetries = 5, delay = 1)
		Mono<String> retriedMono(String key);

		String cached(String key);

		CompletableFuture<String> asynchronous(String key);

		Mono<String> mono(String key);

	}

	static class DefaultService implements Service {

		private final List<String> events;

		DefaultService(NaiveLockService locks) {
			this.events = locks.events;
		}

		private int body() {
			this.events.add("body");
			return (int) this.events.stream().filter("body"::equals).count();
		}

		@Override
		@Locked("#key")
		@Transactional
		public void transactional(String key) {
			body();
		}

		@Override
		@Locked("#key")
		public String retried(String key) {
			return thirdTime();
		}

		@Override
		@Locked("#key")
		public Mono<String> retriedMono(String key) {
			return Mono.fromSupplier(this::thirdTime);
		}

		private String thirdTime() {
			if (body() < 3) {
				throw new IllegalStateException("not yet");
			}
			return "third time";
		}

		@Override
		@Locked("#key")
		@Cacheable("results")
		public String cached(String key) {
			body();
			return "result";
		}

		@Override
		@Locked("#key")
		@Async("tasks")
		public CompletableFuture<String> asynchronous(String key) {
			body();
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

		@Override
		@Locked("#key")
		public Mono<String> mono(String key) {
			body();
			return Mono.just("result");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OurConfiguration {

		@Bean
		static LockedBeanPostProcessor lockedBeanPostProcessor() {
			return new LockedBeanPostProcessor();
		}

		@Bean
		static BeanPostProcessor outermost(LockedBeanPostProcessor locked) {
			return locked.outermost();
		}

		@Bean
		NaiveLockService lockService() {
			return new NaiveLockService();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Others {

		@Bean
		Service service(NaiveLockService locks) {
			return new DefaultService(locks);
		}

		@Bean
		BeforeAspect aspect(NaiveLockService locks) {
			return new BeforeAspect(locks);
		}

		@Bean
		TaskExecutor tasks(NaiveLockService locks) {
			return new SimpleAsyncTaskExecutor("task-") {
				@Override
				protected void doExecute(Runnable task) {
					locks.events.add("submit");
					super.doExecute(task);
				}
			};
		}

		@Bean
		CacheManager cacheManager(NaiveLockService locks) {
			Cache cache = new ConcurrentMapCache("results") {
				@Override
				public ValueWrapper get(Object key) {
					locks.events.add("lookup");
					return super.get(key);
				}
			};
			SimpleCacheManager manager = new SimpleCacheManager();
			manager.setCaches(List.of(cache));
			return manager;
		}

		@Bean
		NotingTransactionManager transactionManager(NaiveLockService locks) {
			return new NotingTransactionManager(locks.events);
		}

	}

	@Aspect
	static class BeforeAspect {

		private final NaiveLockService locks;

		BeforeAspect(NaiveLockService locks) {
			this.locks = locks;
		}

		@Before("execution(* io.github.asynclock.aop.LockedOrderTests.Service.*(..)) && args(key)")
		void before(String key) {
			this.locks.events.add("aspect " + key);
		}

	}

	@SuppressWarnings("serial")
	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableCaching
	@EnableResilientMethods
	@EnableTransactionManagement
	@EnableAspectJAutoProxy
	static class Jdk {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true)
	@EnableCaching(proxyTargetClass = true)
	@EnableResilientMethods(proxyTargetClass = true)
	@EnableTransactionManagement(proxyTargetClass = true)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class Cglib {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true, order = Ordered.LOWEST_PRECEDENCE)
	@EnableResilientMethods(proxyTargetClass = true, order = Ordered.LOWEST_PRECEDENCE)
	@EnableTransactionManagement(proxyTargetClass = true, order = Ordered.HIGHEST_PRECEDENCE)
	@EnableCaching(proxyTargetClass = true)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class OthersLast {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(proxyTargetClass = true, order = Ordered.HIGHEST_PRECEDENCE)
	@EnableResilientMethods(proxyTargetClass = true, order = Ordered.HIGHEST_PRECEDENCE)
	@EnableTransactionManagement(proxyTargetClass = true, order = Ordered.LOWEST_PRECEDENCE)
	@EnableCaching(proxyTargetClass = true, order = Ordered.HIGHEST_PRECEDENCE)
	@EnableAspectJAutoProxy(proxyTargetClass = true)
	static class OthersFirst {

	}

}
