package io.github.asynclock.aop;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

import io.micrometer.context.ContextRegistry;
import io.reactivex.rxjava3.core.Single;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.aop.support.NameMatchMethodPointcutAdvisor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockException;
import io.github.asynclock.LockKeyException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A {@code @Locked} method without a key takes its request from the {@link CommandLock}
 * of its argument.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CommandLockTests {

	private static final LockRequest REQUEST = LockRequest.of("pay");

	private final AnnotationConfigApplicationContext context = LockedContext.of(Beans.class);

	private final Shop shop = this.context.getBean(Shop.class);

	private final PayLock lock = this.context.getBean(PayLock.class);

	private final NaiveLockService service = this.context.getBean("lockService", NaiveLockService.class);

	private final List<String> events = this.service.events;

	@AfterEach
	void close() {
		this.context.close();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void theRequestIsThatOfTheLockOfTheArgument(Kind kind) {
		this.lock.answer = (command) -> Mono.just(LockRequest.of("order-" + command.id));
		assertThat(get(kind.call(this.shop, new Pay("5")))).isEqualTo("paid");
		assertThat(this.service.lastKeys()).containsExactly("order-5");
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void theRequestMayTakeTime(Kind kind) {
		Sinks.One<LockRequest> later = Sinks.one();
		this.lock.answer = (command) -> later.asMono();
		CompletableFuture<Object> result = startAndAwaitAsked(kind);
		assertThat(this.service.requests).isEmpty();
		assertThat(result).isNotDone();
		later.tryEmitValue(REQUEST);
		assertThat(get(result)).isEqualTo("paid");
		assertThat(this.service.lastKeys()).containsExactly("pay");
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void theLockIsComputedOncePerCallBeforeValidationAndTheTransaction(Kind kind) {
		get(kind.call(this.shop, new Pay("1")));
		assertThat(this.events).startsWith("asked", "locked pay", "validated")
			.endsWith("unlocked pay")
			.containsOnlyOnce("asked");
		if (kind == Kind.BLOCKING) {
			assertThat(this.events).containsExactly("asked", "locked pay", "validated", "begin", "body", "commit",
					"unlocked pay");
		}
	}

	@Test
	void theLockIsComputedOncePerSubscription() {
		Mono<String> mono = this.shop.mono(new Pay("1"));
		Flux<String> flux = this.shop.flux(new Pay("1"));
		assertThat(this.events).isEmpty();
		mono.block();
		mono.block();
		flux.blockLast();
		assertThat(this.events).filteredOn("asked"::equals).hasSize(3);
		assertThat(this.events).filteredOn("body"::equals).hasSize(3);
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void anErrorOfTheLockReachesTheCallerAndNothingRuns(Kind kind) {
		IllegalStateException problem = new IllegalStateException("no such order");
		this.lock.answer = (command) -> Mono.error(problem);
		assertThat(failure(kind)).isSameAs(problem);
		this.lock.answer = (command) -> Mono.<LockRequest>error(problem).hide();
		assertThat(failure(kind)).isSameAs(problem);
		this.lock.answer = (command) -> Mono.fromFuture(CompletableFuture.failedFuture(problem));
		assertThat(failure(kind)).isSameAs(problem);
		this.lock.answer = (command) -> {
			throw problem;
		};
		assertThat(failure(kind)).isSameAs(problem);
		nothingRan();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void anEmptyMonoOfTheLockIsAnErrorAndNothingRuns(Kind kind) {
		for (Mono<LockRequest> nothing : List.of(Mono.<LockRequest>empty(), Mono.<LockRequest>empty().hide())) {
			this.lock.answer = (command) -> nothing;
			assertThat(failure(kind)).isInstanceOf(LockKeyException.class)
				.hasMessageContaining("payLock")
				.hasMessageContaining(Pay.class.getName())
				.hasMessageContaining("an empty Mono");
		}
		this.lock.answer = (command) -> null;
		assertThat(failure(kind)).isInstanceOf(LockKeyException.class).hasMessageContaining("null instead of a Mono");
		nothingRan();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void aNullCommandIsAnErrorAndNothingRuns(Kind kind) {
		assertThat(failure(() -> kind.call(this.shop, null))).isInstanceOf(LockKeyException.class)
			.hasMessageContaining("argument 1")
			.hasMessageContaining("null");
		nothingRan();
	}

	@Test
	void aBlockingMethodIsRefusedOnAThreadThatMustNotBlockBeforeItsLockIsAsked() {
		Mono<String> onParallel = Mono.fromCallable(() -> this.shop.blocking(new Pay("1")))
			.subscribeOn(Schedulers.parallel());
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(onParallel::block)
			.withMessageContaining("blocking(Pay)")
			.withMessageContaining("must not block");
		assertThat(this.events).isEmpty();
	}

	@Test
	void anInterruptWhileTheLockIsComputedWithdrawsABlockingCall() throws Exception {
		CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
		this.lock.answer = (command) -> Mono.<LockRequest>never().doOnCancel(() -> cancelled.complete(true));
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CompletableFuture<Throwable> failed = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				this.shop.blocking(new Pay("1"));
			}
			catch (Throwable ex) {
				interrupted.complete(Thread.currentThread().isInterrupted());
				failed.complete(ex);
			}
		});
		thread.start();
		awaitAsked();
		thread.interrupt();
		assertThat(get(failed)).isInstanceOf(LockException.class).hasMessageContaining("Interrupted");
		assertThat(get(interrupted)).isTrue();
		assertThat(get(cancelled)).isTrue();
		nothingRan();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void anAccessorOfAThreadLocalThatThrowsChangesNothingButTheContext(Kind kind) {
		AtomicReference<String> failing = new AtomicReference<>("nothing");
		ContextRegistry.getInstance()
			.registerThreadLocalAccessor("throwing", () -> value("get", failing), (value) -> value("set", failing),
					() -> value("reset", failing));
		try {
			for (String each : List.of("get", "set", "reset")) {
				Sinks.One<LockRequest> later = Sinks.one();
				this.lock.answer = (command) -> later.asMono();
				this.events.clear();
				failing.set(each);
				CompletableFuture<Object> result = startAndAwaitAsked(kind);
				later.tryEmitValue(REQUEST);
				assertThat(get(result)).as(each).isEqualTo("paid");
				failing.set("nothing");
			}
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor("throwing");
		}
	}

	private static String value(String access, AtomicReference<String> failing) {
		if (failing.get().equals(access)) {
			throw new IllegalStateException("for a test");
		}
		return "value";
	}

	@Test
	void cancellingWhileTheLockIsComputedCancelsThat() {
		CompletableFuture<Boolean> first = new CompletableFuture<>();
		this.lock.answer = (command) -> Mono.<LockRequest>never().doOnCancel(() -> first.complete(true));
		this.shop.future(new Pay("1")).cancel(true);
		assertThat(get(first)).isTrue();
		CompletableFuture<Boolean> second = new CompletableFuture<>();
		this.lock.answer = (command) -> Mono.<LockRequest>never().doOnCancel(() -> second.complete(true));
		Disposable mono = this.shop.mono(new Pay("1")).subscribe();
		mono.dispose();
		assertThat(get(second)).isTrue();
		nothingRan();
	}

	@Test
	void cancellingAFutureWhoseRequestTookTimeWithdrawsItsWait() {
		Sinks.One<LockRequest> later = Sinks.one();
		CompletableFuture<String> holder = new CompletableFuture<>();
		this.service.execute(REQUEST, (lease) -> holder);
		this.lock.answer = (command) -> later.asMono();
		CompletableFuture<String> call = this.shop.future(new Pay("1"));
		later.tryEmitValue(REQUEST);
		CompletableFuture<?> waiting = this.service.given.get(this.service.given.size() - 1);
		call.cancel(true);
		assertThat(waiting).isCancelled();
		holder.complete("done");
	}

	@Test
	void theRequestWinsAndWhatItLeavesOpenIsTheAnnotations() {
		this.lock.answer = (command) -> Mono.just(REQUEST);
		get(this.shop.timed(new Pay("1")));
		assertThat(this.service.lastRequest()).isEqualTo(LockRequest.of("pay")
			.named("named")
			.waitingAtMost(Duration.ofSeconds(1))
			.leasedFor(Duration.ofSeconds(2))
			.heldAtMost(Duration.ofSeconds(4))
			.heldAtLeast(Duration.ofSeconds(3))
			.orSkip()
			.releasedOnError());
		LockRequest complete = REQUEST.named("own")
			.waitingAtMost(Duration.ofSeconds(5))
			.leasedFor(Duration.ofSeconds(6))
			.heldAtMost(Duration.ofSeconds(8))
			.heldAtLeast(Duration.ofSeconds(7));
		this.lock.answer = (command) -> Mono.just(complete);
		get(this.shop.timed(new Pay("1")));
		assertThat(this.service.lastRequest()).isEqualTo(complete.orSkip().releasedOnError());
	}

	@Test
	void aRequestThatContradictsTheAnnotationIsAnErrorAndNothingRuns() {
		Mono<LockRequest> request = Mono.just(REQUEST.heldAtMost(Duration.ofSeconds(1)));
		for (Mono<LockRequest> each : List.of(request, request.hide())) {
			this.lock.answer = (command) -> each;
			assertThat(failure(() -> this.shop.timed(new Pay("1")).thenApply(Function.identity())))
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("holdAtLeast (PT3S)");
			assertThat(failure(() -> this.shop.timedMono(new Pay("1")).<Object>map(Function.identity()).toFuture()))
				.isInstanceOf(IllegalArgumentException.class);
		}
		nothingRan();
	}

	@Test
	void aRequestThatMaySkipIsRefusedWhereTheResultCannotBeEmpty() {
		for (Mono<LockRequest> each : List.of(Mono.just(REQUEST.orSkip()), Mono.just(REQUEST.orSkip()).hide())) {
			this.lock.answer = (command) -> each;
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> this.shop.count(new Pay("1")))
				.withMessageContaining("Shop.count(Pay)")
				.withMessageContaining("orSkip()")
				.withMessageContaining("the primitive int; nothing was run. Return the wrapper type");
			assertThat(failure(() -> this.shop.single(new Pay("1"))
				.<Object>map((paid) -> paid)
				.toCompletionStage()
				.toCompletableFuture())).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining("Shop.single(Pay)")
				.hasMessageContaining("cannot be empty; nothing was run. Return a type that can be empty");
		}
		nothingRan();
		assertThat(this.service.given).isEmpty();
		this.shop.nothing(new Pay("1"));
		this.lock.answer = (command) -> Mono.just(REQUEST);
		assertThat(this.shop.count(new Pay("1"))).isEqualTo(4);
	}

	@Test
	void aMethodWithoutANameOfItsOwnIsNamedByItself() {
		get(this.shop.future(new Pay("1")));
		assertThat(this.service.lastRequest().name()).isEqualTo("Shop.future");
	}

	@Test
	void theServiceIsTheOneOfTheAnnotation() {
		get(this.shop.elsewhere(new Pay("1")));
		assertThat(this.service.requests).isEmpty();
		assertThat(this.context.getBean("other", NaiveLockService.class).lastKeys()).containsExactly("pay");
	}

	private void nothingRan() {
		assertThat(this.service.requests).isEmpty();
		assertThat(this.events).doesNotContain("validated", "begin", "body");
	}

	private CompletableFuture<Object> startAndAwaitAsked(Kind kind) {
		CompletableFuture<Object> result = CompletableFuture
			.supplyAsync(() -> kind.call(this.shop, new Pay("1")), (task) -> new Thread(task).start())
			.thenCompose(Function.identity());
		awaitAsked();
		return result;
	}

	private void awaitAsked() {
		while (!this.events.contains("asked")) {
			Thread.onSpinWait();
		}
	}

	private Throwable failure(Kind kind) {
		return failure(() -> kind.call(this.shop, new Pay("1")));
	}

	private static Throwable failure(Supplier<CompletableFuture<Object>> call) {
		return get(call.get()
			.handle((value, failure) -> (failure instanceof CompletionException wrapped && wrapped.getCause() != null)
					? wrapped.getCause() : failure));
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** How the method gives its result. */
	enum Kind {

		FUTURE {
			@Override
			CompletionStage<String> invoke(Shop shop, Pay command) {
				return shop.future(command);
			}
		},

		MONO {
			@Override
			CompletionStage<String> invoke(Shop shop, Pay command) {
				return shop.mono(command).toFuture();
			}
		},

		FLUX {
			@Override
			CompletionStage<String> invoke(Shop shop, Pay command) {
				return shop.flux(command).last().toFuture();
			}
		},

		BLOCKING {
			@Override
			CompletionStage<String> invoke(Shop shop, Pay command) {
				try {
					return CompletableFuture.completedFuture(shop.blocking(command));
				}
				catch (RuntimeException ex) {
					return CompletableFuture.failedFuture(ex);
				}
			}
		};

		abstract CompletionStage<String> invoke(Shop shop, Pay command);

		CompletableFuture<Object> call(Shop shop, Pay command) {
			return invoke(shop, command).<Object>thenApply(Function.identity()).toCompletableFuture();
		}

	}

	record Pay(String id) {

	}

	static class PayLock implements CommandLock<Pay> {

		private final NaiveLockService service;

		volatile Function<Pay, Mono<LockRequest>> answer = (command) -> Mono.just(REQUEST);

		PayLock(NaiveLockService service) {
			this.service = service;
		}

		@Override
		public Mono<LockRequest> lockFor(Pay command) {
			this.service.events.add("asked");
			return this.answer.apply(command);
		}

	}

	static class Shop {

		private final NaiveLockService service;

		Shop(NaiveLockService service) {
			this.service = service;
		}

		private String body() {
			this.service.events.add("body");
			return "paid";
		}

		@Locked
		public CompletableFuture<String> future(Pay command) {
			return CompletableFuture.completedFuture(body());
		}

		@Locked
		public Mono<String> mono(Pay command) {
			return Mono.just(body());
		}

		@Locked
		public Flux<String> flux(Pay command) {
			return Flux.just(body());
		}

		@Locked
		@Transactional
		public String blocking(Pay command) {
			return body();
		}

		@Locked(name = "named", waitTime = "1s", leaseTime = "2s", holdAtMost = "4s", holdAtLeast = "3s",
				onTimeout = OnTimeout.SKIP, releaseOnError = true)
		public CompletableFuture<String> timed(Pay command) {
			return CompletableFuture.completedFuture(body());
		}

		@Locked(holdAtLeast = "3s")
		public Mono<String> timedMono(Pay command) {
			return Mono.just(body());
		}

		@Locked
		public int count(Pay command) {
			return body().length();
		}

		@Locked
		public void nothing(Pay command) {
			body();
		}

		@Locked
		public Single<String> single(Pay command) {
			return Single.just(body());
		}

		@Locked(service = "other")
		public CompletableFuture<String> elsewhere(Pay command) {
			return CompletableFuture.completedFuture(body());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	static class Beans {

		@Bean(defaultCandidate = false)
		NaiveLockService other() {
			return new NaiveLockService();
		}

		@Bean
		PayLock payLock(NaiveLockService service) {
			return new PayLock(service);
		}

		@Bean
		Shop shop(NaiveLockService service) {
			return new Shop(service);
		}

		/** In the place of a validator: advice that refuses what is wrong. */
		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static NameMatchMethodPointcutAdvisor validation(ObjectProvider<NaiveLockService> service) {
			MethodBeforeAdvice advice = (method, arguments, target) -> service.getObject().events.add("validated");
			NameMatchMethodPointcutAdvisor advisor = new NameMatchMethodPointcutAdvisor(advice);
			advisor.setMappedNames("future", "mono", "flux", "blocking");
			advisor.setOrder(0);
			return advisor;
		}

		@Bean
		NotingTransactionManager transactionManager(NaiveLockService service) {
			return new NotingTransactionManager(service.events);
		}

	}

}
