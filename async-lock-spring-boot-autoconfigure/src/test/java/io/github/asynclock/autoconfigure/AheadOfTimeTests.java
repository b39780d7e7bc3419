package io.github.asynclock.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import io.github.asynclock.CommandLock;
import io.github.asynclock.Lease;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockKeys;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import io.github.asynclock.redis.RedisLockStore;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aop.support.AopUtils;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An application that was processed ahead of time locks as any other. Code is generated
 * for a real context, compiled, and started in the place of its configuration, as with
 * {@code spring.aot.enabled=true}.
 */
@CompileWithForkedClassLoader // where generated code is in the packages it is for
class AheadOfTimeTests {

	private static final String URL = "async-lock.redis.url=";

	@Test
	void allKindsOfLockedMethodsWorkAndWhatWasChosenIsNotChangedUnnoticed() {
		process(Application.class, List.of(), (processed) -> {
			processed.run(List.of(), (context) -> {
				assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class);
				assertAllKindsLock(context);
				assertThat(AopUtils.isCglibProxy(context.getBean(Shop.class))).isTrue();
				assertThat(processed.classes(Shop.class))
					.contains(ClassUtils.getClassFileName(context.getBean(Shop.class).getClass()));
			});
			assertThat(processed.classes(Till.class)).as("one proxy for transaction and lock").hasSize(1);
			processed.run(List.of(URL + "redis://localhost:1", "async-lock.provider=local"),
					(context) -> assertThat(context.getBean(LockStore.class)).isInstanceOf(LocalLockStore.class));
			for (String property : List.of(URL + "redis://localhost:1", "async-lock.provider=redis",
					"async-lock.redis.cluster.nodes=localhost:1")) {
				assertThatExceptionOfType(Exception.class).as(property)
					.isThrownBy(() -> processed.run(List.of(property), AheadOfTimeTests::mustNotStart))
					.havingRootCause()
					.isInstanceOf(RedisConfigurationException.class)
					.withMessageContaining("processed ahead of time to keep them in this JVM");
			}
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> processed.run(List.of("async-lock.enabled=false"), AheadOfTimeTests::mustNotStart))
				.havingRootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.withMessageContaining("processed ahead of time with async-lock.enabled=true");
		});
	}

	@Test
	void locksAreInTheRedisOfTheRunningApplication() {
		process(Application.class, List.of("async-lock.provider=redis"), (processed) -> {
			List<String> redis = List.of(URL + TestRedis.shared().url(),
					"async-lock.redis.key-prefix=" + TestRedis.randomPrefix(), "async-lock.redis.command-timeout=20s");
			processed.run(redis, (context) -> {
				assertThat(context.getBean(LockStore.class)).isInstanceOf(RedisLockStore.class);
				assertAllKindsLock(context);
				processed.run(redis, (other) -> {
					CompletableFuture<Void> work = new CompletableFuture<>();
					CompletableFuture<String> first = context.getBean(Shop.class).text("1", work);
					assertThat(started(context)).isEqualTo("text");
					assertThat(get(other.getBean(Shop.class).oneTry("1"))).isNull();
					work.complete(null);
					get(first);
				});
			});
			assertThatExceptionOfType(Exception.class)
				.isThrownBy(() -> processed.run(List.of("async-lock.provider=local"), AheadOfTimeTests::mustNotStart))
				.havingRootCause()
				.isInstanceOf(RedisConfigurationException.class)
				.withMessageContaining("processed ahead of time to keep them in Redis");
		});
	}

	private static void assertAllKindsLock(ApplicationContext context) {
		Shop shop = context.getBean(Shop.class);
		assertLocks(context, shop::text, "1", "text-1");
		assertLocks(context, shop::property, new Order(new Customer("ada"), List.of()), "customer-ada");
		assertLocks(context, shop::elements, new Order(new Customer("ada"), List.of(new Line(7))), "product-7");
		assertLocks(context, shop::composed, new Customer("bob"), "one-bob");
		assertLocks(context, shop::command, new Pay(new OrderId(5)), "OrderId-5");
		assertLocks(context, shop::lambda, new Refund("9"), "refund-9");
		assertLocks(context, shop::scoped, new Visit("4"), "visit-4");
		assertLocks(context, shop::async, "2", "async-2");
		assertLocks(context, context.getBean(Desk.class)::serve, "3", "desk-3");
		assertThat(get(shop.aside())).isEqualTo("aside");
		assertThat(context.getBean(Keys.class).granted).as("of the other service").isEmpty();
	}

	/** Two calls: the second one starts when the work of the first has ended. */
	private static <A> void assertLocks(ApplicationContext context,
			BiFunction<A, CompletableFuture<Void>, CompletableFuture<String>> method, A argument, String key) {
		CompletableFuture<Void> work = new CompletableFuture<>();
		CompletableFuture<String> first = method.apply(argument, work);
		String name = started(context);
		assertThat(context.getBean(Keys.class).granted.poll()).containsExactly(key);
		CompletableFuture<String> second = method.apply(argument, CompletableFuture.completedFuture(null));
		assertThat(context.getBean(Started.class).names).isEmpty();
		work.complete(null);
		assertThat(get(first)).isEqualTo(name);
		assertThat(get(second)).isEqualTo(name);
		assertThat(started(context)).isEqualTo(name);
		assertThat(context.getBean(Keys.class).granted.poll()).containsExactly(key);
	}

	private static String started(ApplicationContext context) {
		try {
			return context.getBean(Started.class).names.poll(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static void mustNotStart(ApplicationContext context) {
		throw new AssertionError("Started");
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	private static void process(Class<?> application, List<String> properties, Consumer<Processed> test) {
		TestGenerationContext generation = new TestGenerationContext(application);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues.of(properties).applyTo(context);
			context.register(application);
			ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
			// of this class loader only
			SpringProperties.setProperty("spring.aot.enabled", "true");
			TestCompiler.forSystem()
				.with(generation)
				.compile((compiled) -> test.accept(new Processed(generation,
						compiled.getInstance(ApplicationContextInitializer.class, initializer.canonicalName()))));
		}
	}

	/**
	 * An application that was processed, to be started with other properties.
	 */
	private record Processed(TestGenerationContext generation, ApplicationContextInitializer<?> initializer) {

		@SuppressWarnings("unchecked")
		void run(List<String> properties, Consumer<ApplicationContext> test) {
			try (GenericApplicationContext context = new GenericApplicationContext()) {
				TestPropertyValues.of(properties).applyTo(context);
				((ApplicationContextInitializer<GenericApplicationContext>) this.initializer).initialize(context);
				context.refresh();
				test.accept(context);
			}
		}

		/** What was generated for proxies of a class. */
		List<String> classes(Class<?> proxied) {
			return this.generation.getGeneratedFiles()
				.getGeneratedFiles(Kind.CLASS)
				.keySet()
				.stream()
				.map((path) -> path.substring(path.lastIndexOf('/') + 1))
				.filter((name) -> name.startsWith(ClassUtils.getClassFileName(proxied).replace(".class", "$$")))
				.toList();
		}

	}

	record Customer(String name) {

	}

	record Line(long product) {

	}

	record Order(Customer customer, List<Line> lines) {

	}

	record OrderId(long value) {

	}

	record Pay(OrderId order) {

	}

	record Refund(String id) {

	}

	record Visit(String id) {

	}

	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@Locked
	@interface OneAtATime {

		@AliasFor(annotation = Locked.class, attribute = "key")
		String[] of();

	}

	static class Keys implements LockListener {

		final BlockingQueue<List<String>> granted = new LinkedBlockingQueue<>();

		@Override
		public void granted(LockEvent event) {
			this.granted.add(event.keys());
		}

	}

	static class Started {

		final BlockingQueue<String> names = new LinkedBlockingQueue<>();

		CompletableFuture<String> run(String name, CompletableFuture<Void> work) {
			this.names.add(name);
			return work.thenApply((done) -> name);
		}

	}

	interface Desk {

		@Locked(key = "'desk-' + #p0")
		CompletableFuture<String> serve(String number, CompletableFuture<Void> work);

	}

	static class FrontDesk implements Desk {

		private final Started started;

		FrontDesk(Started started) {
			this.started = started;
		}

		@Override
		public CompletableFuture<String> serve(String number, CompletableFuture<Void> work) {
			return this.started.run("desk", work);
		}

	}

	static class Shop {

		private final Started started;

		Shop(Started started) {
			this.started = started;
		}

		@Locked(key = "'text-' + #id")
		public CompletableFuture<String> text(String id, CompletableFuture<Void> work) {
			return this.started.run("text", work);
		}

		@Locked(key = "'text-' + #id", waitTime = "0", onTimeout = OnTimeout.SKIP)
		public CompletableFuture<String> oneTry(String id) {
			return CompletableFuture.completedFuture("ran");
		}

		@Locked(key = "'customer-' + #order.customer.name")
		public CompletableFuture<String> property(Order order, CompletableFuture<Void> work) {
			return this.started.run("property", work);
		}

		@Locked(key = "#order.lines.!['product-' + product]")
		public CompletableFuture<String> elements(Order order, CompletableFuture<Void> work) {
			return this.started.run("elements", work);
		}

		@OneAtATime(of = "'one-' + #customer.name")
		public CompletableFuture<String> composed(Customer customer, CompletableFuture<Void> work) {
			return this.started.run("composed", work);
		}

		@Locked
		public CompletableFuture<String> command(Pay pay, CompletableFuture<Void> work) {
			return this.started.run("command", work);
		}

		@Locked
		public CompletableFuture<String> lambda(Refund refund, CompletableFuture<Void> work) {
			return this.started.run("lambda", work);
		}

		@Locked
		public CompletableFuture<String> scoped(Visit visit, CompletableFuture<Void> work) {
			return this.started.run("scoped", work);
		}

		@Locked(key = "'aside'", service = "aside")
		public CompletableFuture<String> aside() {
			return CompletableFuture.completedFuture(Lease.current().orElseThrow().keys().get(0));
		}

		@Async
		@Locked(key = "'async-' + #id")
		public CompletableFuture<String> async(String id, CompletableFuture<Void> work) {
			return this.started.run("async", work);
		}

	}

	static class Till {

		@Transactional
		@Locked(key = "'till'")
		public void open() {
		}

	}

	static class PayLock implements CommandLock<Pay> {

		@Override
		public Mono<LockRequest> lockFor(Pay command) {
			return Mono.just(LockRequest.of(LockKeys.of(command.order())));
		}

	}

	static class VisitLock implements CommandLock<Visit> {

		@Override
		public Mono<LockRequest> lockFor(Visit command) {
			return Mono.just(LockRequest.of("visit-" + command.id()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	@EnableTransactionManagement(proxyTargetClass = true)
	@ImportAutoConfiguration({ AsyncLockAutoConfiguration.class, AsyncLockOffAutoConfiguration.class,
			PropertyPlaceholderAutoConfiguration.class, AopAutoConfiguration.class,
			TaskExecutionAutoConfiguration.class })
	static class Application {

		@Bean
		Keys keys() {
			return new Keys();
		}

		@Bean
		Started started() {
			return new Started();
		}

		@Bean
		Shop shop(Started started) {
			return new Shop(started);
		}

		@Bean
		Desk desk(Started started) {
			return new FrontDesk(started);
		}

		@Bean
		Till till() {
			return new Till();
		}

		@Bean
		PayLock payLock() {
			return new PayLock();
		}

		@Bean
		@Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		VisitLock visitLock() {
			return new VisitLock();
		}

		@Bean(defaultCandidate = false)
		QueueingLockService aside() {
			return QueueingLockService.builder(new LocalLockStore()).build();
		}

		@Bean
		CommandLock<Refund> refundLock() {
			return (refund) -> Mono.just(LockRequest.of("refund-" + refund.id()));
		}

	}

}
