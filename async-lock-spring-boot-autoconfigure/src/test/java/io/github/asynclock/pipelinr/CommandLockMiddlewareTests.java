package io.github.asynclock.pipelinr;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import an.awesome.pipelinr.Command;
import an.awesome.pipelinr.Pipeline;
import an.awesome.pipelinr.Pipelinr;
import io.github.asynclock.CommandLock;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.aop.LockedDefinitionException;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A real PipelinR with several middlewares, in an application that has the starter.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CommandLockMiddlewareTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class));

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Test
	void theLockIsAroundAllLaterMiddlewares() {
		run((shop) -> {
			assertThat(shop.pipeline.send(new Pay("1"))).isEqualTo("paid 1");
			assertThat(this.events).containsExactly("asked order-1", "granted order-1", "validation",
					"transaction begins", "pay 1", "transaction ends", "released order-1");
		});
	}

	@Test
	void aCommandWithoutALockIsPassedThrough() {
		run((shop) -> {
			assertThat(shop.pipeline.send(new Ping())).isEqualTo("pong");
			assertThat(this.events).containsExactly("validation", "transaction begins", "ping", "transaction ends");
		});
	}

	@Test
	void aFailingMiddlewareReleasesAndItsExceptionArrives() {
		run((shop) -> {
			assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> shop.pipeline.send(new Pay("")))
				.withMessage("invalid");
			assertThat(this.events).containsExactly("asked order-", "granted order-", "validation", "released order-");
		});
	}

	@Test
	void aCommandThatReturnsAFutureIsHeldToItsEnd() {
		run((shop) -> {
			CompletableFuture<String> result = shop.pipeline.send(new PayLater("1"));
			CompletableFuture<String> next = shop.pipeline.send(new PayLater("1"));
			assertThat(shop.isLocked("order-1")).isTrue();
			assertThat(result).isNotDone();
			shop.work.complete("done");
			assertThat(get(result)).isEqualTo("done");
			assertThat(get(next)).isEqualTo("done");
			assertThat(this.events).endsWith("released order-1").filteredOn("pay later 1"::equals).hasSize(2);
			assertThat(this.events.indexOf("released order-1")).isLessThan(this.events.lastIndexOf("pay later 1"));
		});
	}

	@Test
	void aCommandThatReturnsAMonoIsHeldToItsEndOncePerSubscription() {
		run((shop) -> {
			Mono<String> mono = shop.pipeline.send(new PayLazily("1"));
			assertThat(this.events).isEmpty();
			CompletableFuture<String> result = mono.toFuture();
			assertThat(shop.isLocked("order-1")).isTrue();
			shop.work.complete("done");
			assertThat(get(result)).isEqualTo("done");
			assertThat(shop.isLocked("order-1")).isFalse();
			List<String> once = List.copyOf(this.events);
			this.events.clear();
			assertThat(mono.block()).isEqualTo("done");
			assertThat(this.events).isEqualTo(once).contains("validation", "pay lazily 1");
		});
	}

	@Test
	void aCommandThatReturnsAFluxOrWhatSpringAdaptsIsHeldToItsEnd() {
		run((shop) -> {
			CompletableFuture<List<String>> flux = shop.pipeline.send(new Watch("1")).collectList().toFuture();
			assertThat(shop.isLocked("order-1")).isTrue();
			shop.work.complete("done");
			assertThat(get(flux)).containsExactly("begun", "done");
			assertThat(shop.isLocked("order-1")).isFalse();
			assertThat(shop.pipeline.send(new PayByRx("1")).blockingGet()).isEqualTo("order-1 is locked: true");
			assertThat(shop.isLocked("order-1")).isFalse();
		});
	}

	@Test
	void aCommandThatSendsOthersReentersItsOwnKeys() {
		run((shop) -> {
			assertThat(shop.pipeline.send(new PayAll("1"))).isEqualTo("paid 1");
			assertThat(this.events).containsSubsequence("granted order-1", "pay all 1", "asked order-1", "pay 1",
					"released order-1");
			CompletableFuture<String> later = shop.pipeline.send(new PayAllLater("1"));
			shop.work.complete("done");
			assertThat(get(later)).isEqualTo("done");
			assertThat(shop.pipeline.send(new PayAllLazily("1")).block()).isEqualTo("done");
			assertThat(shop.isLocked("order-1")).isFalse();
		});
	}

	@Test
	void theRequestMayTakeTimeAndAnErrorOrNothingReachesTheCaller() {
		run((shop) -> {
			Sinks.One<LockRequest> later = Sinks.one();
			shop.answer = later.asMono();
			CompletableFuture<String> result = shop.pipeline.send(new PayLater("1"));
			assertThat(this.events).containsExactly("asked order-1");
			later.tryEmitValue(LockRequest.of("another"));
			assertThat(shop.isLocked("another")).isTrue();
			shop.work.complete("done");
			get(result);
			this.events.clear();
			IllegalStateException problem = new IllegalStateException("no");
			shop.answer = Mono.error(problem);
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> shop.pipeline.send(new Pay("1")))
				.isSameAs(problem);
			shop.answer = Mono.empty();
			assertThatExceptionOfType(LockKeyException.class).isThrownBy(() -> shop.pipeline.send(new Pay("1")))
				.withMessageContaining("payLock");
			assertThat(this.events).containsOnly("asked order-1");
		});
	}

	@Test
	void aPlainResultIsRefusedOnAThreadThatMustNotBlock() {
		run((shop) -> {
			Mono<String> onParallel = Mono.fromCallable(() -> shop.pipeline.send(new Pay("1")))
				.subscribeOn(Schedulers.parallel());
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(onParallel::block)
				.withMessageContaining(Pay.class.getName())
				.withMessageContaining("must not block");
			assertThat(this.events).isEmpty();
		});
	}

	@Test
	void aResultThatOutlivesTheLockUnseenIsRefused() {
		run((shop) -> {
			Command<Object> lambda = new Untyped<>("1");
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> shop.pipeline.send(lambda))
				.withMessageContaining(Untyped.class.getName())
				.withMessageContaining("whose work outlives the lock");
			assertThat(shop.isLocked("order-1")).isFalse();
		});
	}

	@Test
	void nullInsteadOfAFutureOrAMonoIsAnErrorThatNamesTheCommandAndReleases() {
		run((shop) -> {
			shop.work = null;
			assertThat(failure(shop.pipeline.send(new PayLater("1")))).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining(PayLater.class.getName())
				.hasMessageContaining("null");
			assertThat(failure(shop.pipeline.send(new PayNothing("1")).toFuture()))
				.isInstanceOf(IllegalStateException.class)
				.hasMessageContaining(PayNothing.class.getName())
				.hasMessageContaining("null");
			assertThat(shop.isLocked("order-1")).isFalse();
		});
	}

	@Test
	void whatAnotherLockServiceThrowsIsTheResultOfACommandThatReturnsAFuture() {
		IllegalStateException refused = new IllegalStateException("not today");
		this.runner.withUserConfiguration(Beans.class)
			.withBean("events", List.class, () -> this.events)
			.withBean("refusing", LockService.class, () -> refusing(refused))
			.run((context) -> {
				Shop shop = context.getBean(Shop.class);
				assertThat(failure(shop.pipeline.send(new PayLater("1")))).isSameAs(refused);
				assertThat(failure(shop.pipeline.send(new PayLazily("1")).toFuture())).isSameAs(refused);
				shop.answer = Mono.just(LockRequest.of("another")).hide();
				assertThat(failure(shop.pipeline.send(new PayLater("1")))).isSameAs(refused);
			});
	}

	/** It throws what it should give as a result. */
	private static LockService refusing(RuntimeException refused) {
		return (LockService) Proxy.newProxyInstance(LockService.class.getClassLoader(),
				new Class<?>[] { LockService.class }, (proxy, method, arguments) -> {
					if (method.getName().startsWith("execute")) {
						throw refused;
					}
					return method.getName().equals("hashCode") ? 1 : null;
				});
	}

	private static Throwable failure(CompletableFuture<?> result) {
		return get(result.handle((value, failure) -> failure));
	}

	@Test
	void severalLockServicesWithoutAPrimaryOneFailStartUpAndNameTheChoice() {
		ApplicationContextRunner several = this.runner
			.withBean("one", LockService.class, () -> refusing(new IllegalStateException()))
			.withBean("two", LockService.class, () -> refusing(new IllegalStateException()));
		several.withBean("otherLock", OtherLock.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(LockedDefinitionException.class)
				.hasMessageContainingAll("[one, two]", "@Primary", "CommandLockMiddleware"));
		several.run((context) -> assertThat(context).as("nothing to lock").hasNotFailed());
	}

	@Test
	void twoLocksForOneCommandFailStartUpNamingBoth() {
		this.runner.withUserConfiguration(Beans.class)
			.withBean("events", List.class, () -> this.events)
			.withBean("otherLock", OtherLock.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(LockedDefinitionException.class)
				.hasMessageContaining("payLock")
				.hasMessageContaining("otherLock"));
	}

	@Test
	void withoutPipelinrThereIsNoMiddleware() {
		this.runner.withClassLoader(new FilteredClassLoader("an.awesome.pipelinr"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("commandLockMiddleware"));
	}

	@Test
	void aMiddlewareOfTheApplicationTakesThePlaceOfOurs() {
		CommandLockMiddleware own = new CommandLockMiddleware(null, null);
		this.runner.withBean("own", CommandLockMiddleware.class, () -> own)
			.run((context) -> assertThat(context).getBean(CommandLockMiddleware.class).isSameAs(own));
	}

	private void run(Consumer<Shop> test) {
		this.runner.withUserConfiguration(Beans.class)
			.withBean("events", List.class, () -> this.events)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				test.accept(context.getBean(Shop.class));
			});
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	interface OfOrder {

		String id();

	}

	record Pay(String id) implements Command<String>, OfOrder {

	}

	record PayLater(String id) implements Command<CompletableFuture<String>>, OfOrder {

	}

	record PayLazily(String id) implements Command<Mono<String>>, OfOrder {

	}

	record Watch(String id) implements Command<Flux<String>>, OfOrder {

	}

	record PayNothing(String id) implements Command<Mono<String>>, OfOrder {

	}

	record PayByRx(String id) implements Command<Single<String>>, OfOrder {

	}

	record PayAll(String id) implements Command<String>, OfOrder {

	}

	record PayAllLater(String id) implements Command<CompletableFuture<String>>, OfOrder {

	}

	record PayAllLazily(String id) implements Command<Mono<String>>, OfOrder {

	}

	record Untyped<T>(String id) implements Command<T>, OfOrder {

	}

	record Ping() implements Command<String> {

	}

	/** What handlers share, and what the tests use. */
	static final class Shop {

		CompletableFuture<String> work = new CompletableFuture<>();

		final List<String> events;

		final LockService locks;

		Mono<LockRequest> answer;

		Pipeline pipeline;

		Shop(List<String> events, LockService locks) {
			this.events = events;
			this.locks = locks;
		}

		boolean isLocked(String key) {
			return Boolean.TRUE.equals(this.locks.isLocked(key).block());
		}

		<R> R did(String event, R result) {
			this.events.add(event);
			return result;
		}

	}

	static final class OtherLock implements CommandLock<OfOrder> {

		@Override
		public Mono<LockRequest> lockFor(OfOrder command) {
			return Mono.empty();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		Shop shop(List<String> events, LockService locks) {
			return new Shop(events, locks);
		}

		@Bean
		Pipeline pipeline(Shop shop, ObjectProvider<Command.Middleware> middlewares) {
			shop.pipeline = new Pipelinr().with(() -> handlers(shop))
				.with((Command.Middlewares) middlewares::orderedStream);
			return shop.pipeline;
		}

		@SuppressWarnings("rawtypes")
		private static Stream<Command.Handler> handlers(Shop shop) {
			return Stream.of(new PayHandler(shop), new PayLaterHandler(shop), new PayLazilyHandler(shop),
					new PayNothingHandler(), new WatchHandler(shop), new PayByRxHandler(shop), new PayAllHandler(shop),
					new PayAllLaterHandler(shop), new PayAllLazilyHandler(shop), new UntypedHandler(shop),
					new PingHandler(shop));
		}

		@Bean
		CommandLock<OfOrder> payLock(Shop shop) {
			return (command) -> {
				shop.events.add("asked order-" + command.id());
				return (shop.answer != null) ? shop.answer : Mono.just(LockRequest.of("order-" + command.id()));
			};
		}

		@Bean
		LockListener listener(List<String> events) {
			return new LockListener() {
				@Override
				public void granted(LockEvent event) {
					events.add("granted " + event.keys().get(0));
				}

				@Override
				public void released(LockEvent event) {
					events.add("released " + event.keys().get(0));
				}
			};
		}

		@Bean
		@Order(2)
		Command.Middleware transaction(List<String> events) {
			return new Command.Middleware() {
				@Override
				public <R, C extends Command<R>> R invoke(C command, Next<R> next) {
					events.add("transaction begins");
					try {
						return next.invoke();
					}
					finally {
						events.add("transaction ends");
					}
				}
			};
		}

		@Bean
		@Order(1)
		Command.Middleware validation(List<String> events) {
			return new Command.Middleware() {
				@Override
				public <R, C extends Command<R>> R invoke(C command, Next<R> next) {
					events.add("validation");
					if (command instanceof OfOrder ofOrder && ofOrder.id().isEmpty()) {
						throw new IllegalArgumentException("invalid");
					}
					return next.invoke();
				}
			};
		}

	}

	record PayHandler(Shop shop) implements Command.Handler<Pay, String> {

		@Override
		public String handle(Pay command) {
			return this.shop.did("pay " + command.id(), "paid " + command.id());
		}

	}

	record PayLaterHandler(Shop shop) implements Command.Handler<PayLater, CompletableFuture<String>> {

		@Override
		public CompletableFuture<String> handle(PayLater command) {
			return this.shop.did("pay later " + command.id(), this.shop.work);
		}

	}

	record PayLazilyHandler(Shop shop) implements Command.Handler<PayLazily, Mono<String>> {

		@Override
		public Mono<String> handle(PayLazily command) {
			return this.shop.did("pay lazily " + command.id(), Mono.fromFuture(this.shop.work));
		}

	}

	record PayNothingHandler() implements Command.Handler<PayNothing, Mono<String>> {

		@Override
		public Mono<String> handle(PayNothing command) {
			return null;
		}

	}

	record WatchHandler(Shop shop) implements Command.Handler<Watch, Flux<String>> {

		@Override
		public Flux<String> handle(Watch command) {
			return Flux.just("begun").concatWith(Mono.fromFuture(this.shop.work));
		}

	}

	record PayByRxHandler(Shop shop) implements Command.Handler<PayByRx, Single<String>> {

		@Override
		public Single<String> handle(PayByRx command) {
			return Single.fromCallable(() -> "order-1 is locked: " + this.shop.isLocked("order-1"));
		}

	}

	record PayAllHandler(Shop shop) implements Command.Handler<PayAll, String> {

		@Override
		public String handle(PayAll command) {
			this.shop.events.add("pay all " + command.id());
			return this.shop.pipeline.send(new Pay(command.id()));
		}

	}

	record PayAllLaterHandler(Shop shop) implements Command.Handler<PayAllLater, CompletableFuture<String>> {

		@Override
		public CompletableFuture<String> handle(PayAllLater command) {
			return this.shop.pipeline.send(new PayLater(command.id()));
		}

	}

	record PayAllLazilyHandler(Shop shop) implements Command.Handler<PayAllLazily, Mono<String>> {

		@Override
		public Mono<String> handle(PayAllLazily command) {
			return this.shop.pipeline.send(new PayLazily(command.id()))
				.flatMap((paid) -> this.shop.pipeline.send(new PayLazily(command.id())));
		}

	}

	record UntypedHandler(Shop shop) implements Command.Handler<Untyped<Object>, Object> {

		@Override
		public Object handle(Untyped<Object> command) {
			return this.shop.work;
		}

	}

	record PingHandler(Shop shop) implements Command.Handler<Ping, String> {

		@Override
		public String handle(Ping command) {
			return this.shop.did("ping", "pong");
		}

	}

}
