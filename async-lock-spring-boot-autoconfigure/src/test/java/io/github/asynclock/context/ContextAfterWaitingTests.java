package io.github.asynclock.context;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an action has of its caller after it had to wait: MDC, Spring Security's contexts
 * and a Micrometer observation, for every way to call.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ContextAfterWaitingTests {

	private static final Authentication USER = new TestingAuthenticationToken("me", "secret");

	private final ObservationRegistry registry = ObservationRegistry.create();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(AsyncLockAutoConfiguration.class, TaskExecutionAutoConfiguration.class));

	ContextAfterWaitingTests() {
		this.registry.observationConfig().observationHandler((context) -> true);
	}

	private static Stream<Arguments> grid() {
		return Stream.of(Form.values())
			.flatMap((form) -> Stream.of(Carried.values()).map((carried) -> Arguments.of(form, carried)));
	}

	@ParameterizedTest
	@MethodSource("grid")
	void isThereInTheAction(Form form, Carried carried) {
		this.runner.run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> first = new CompletableFuture<>();
			locks.execute("key", () -> first);
			CompletableFuture<Object> seen = new CompletableFuture<>();
			CompletableFuture<Object> given = new CompletableFuture<>();
			Thread caller = new Thread(() -> carried.with(this.registry, (value) -> {
				given.complete(value);
				form.call(locks, () -> carried.current(this.registry)).thenAccept(seen::complete);
			}), "caller");
			caller.start();
			while (caller.getState() != Thread.State.TERMINATED && caller.getState() != Thread.State.WAITING) {
				Thread.onSpinWait(); // it waits for the key, or has left its call behind
			}
			assertThat(seen).as("waits").isNotDone();
			first.complete("released");
			assertThat(get(seen)).isNotNull().isEqualTo(get(given));
		});
	}

	@Test
	void theReactiveSecurityContextAndTheObservationOfASubscriberAreThereAlsoAfterAHop() {
		this.runner.run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> first = new CompletableFuture<>();
			locks.execute("key", () -> first);
			Observation observation = Observation.start("test", this.registry);
			Mono<String> user = ReactiveSecurityContextHolder.getContext()
				.map(SecurityContext::getAuthentication)
				.map(Authentication::getName);
			Mono<Object> observed = Mono
				.deferContextual((view) -> Mono.just(view.get(ObservationThreadLocalAccessor.KEY)));
			CompletableFuture<?> seen = locks
				.executeMono("key",
						() -> user.zipWith(observed)
							.publishOn(Schedulers.parallel())
							.flatMap((before) -> user.zipWith(observed).filter(before::equals)))
				.contextWrite(ReactiveSecurityContextHolder.withAuthentication(USER))
				.contextWrite((view) -> view.put(ObservationThreadLocalAccessor.KEY, observation))
				.map((pair) -> pair.toList())
				.toFuture();
			first.complete("released");
			assertThat(get(seen)).isEqualTo(List.of("me", observation));
		});
	}

	@Test
	void withAutomaticPropagationTheThreadHasTheObservationAfterAHop() {
		Hooks.enableAutomaticContextPropagation();
		try {
			this.runner.run((context) -> {
				LockService locks = context.getBean(LockService.class);
				CompletableFuture<String> first = new CompletableFuture<>();
				locks.execute("key", () -> first);
				Observation observation = Observation.start("test", this.registry);
				CompletableFuture<Boolean> seen = locks
					.executeMono("key",
							() -> Mono.just("hop")
								.publishOn(Schedulers.parallel())
								.map((any) -> this.registry.getCurrentObservation() == observation))
					.contextWrite((view) -> view.put(ObservationThreadLocalAccessor.KEY, observation))
					.toFuture();
				first.complete("released");
				assertThat(get(seen)).isTrue();
			});
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** How a caller waits for the key. */
	enum Form {

		MONO {
			@Override
			CompletableFuture<Object> call(LockService locks, Supplier<Object> action) {
				return locks.executeMono("key", () -> Mono.fromSupplier(action)).toFuture();
			}
		},

		FUTURE {
			@Override
			CompletableFuture<Object> call(LockService locks, Supplier<Object> action) {
				return locks.execute("key", () -> CompletableFuture.completedFuture(action.get()));
			}
		},

		BLOCKING {
			@Override
			CompletableFuture<Object> call(LockService locks, Supplier<Object> action) {
				return CompletableFuture
					.completedFuture(locks.executeBlocking(LockRequest.of("key"), (lease) -> action.get()));
			}
		};

		abstract CompletableFuture<Object> call(LockService locks, Supplier<Object> action);

	}

	/** What a caller's thread has. */
	enum Carried {

		MDC_ENTRY {
			@Override
			void with(ObservationRegistry registry, Consumer<Object> call) {
				MDC.put("request", "42");
				try {
					call.accept("42");
				}
				finally {
					MDC.clear();
				}
			}

			@Override
			Object current(ObservationRegistry registry) {
				return MDC.get("request");
			}
		},

		SECURITY {
			@Override
			void with(ObservationRegistry registry, Consumer<Object> call) {
				SecurityContext context = SecurityContextHolder.createEmptyContext();
				context.setAuthentication(USER);
				SecurityContextHolder.setContext(context);
				try {
					call.accept(USER);
				}
				finally {
					SecurityContextHolder.clearContext();
				}
			}

			@Override
			Object current(ObservationRegistry registry) {
				return SecurityContextHolder.getContext().getAuthentication();
			}
		},

		OBSERVATION {
			@Override
			void with(ObservationRegistry registry, Consumer<Object> call) {
				Observation observation = Observation.start("test", registry);
				try (Observation.Scope scope = observation.openScope()) {
					call.accept(scope.getCurrentObservation());
				}
			}

			@Override
			Object current(ObservationRegistry registry) {
				return registry.getCurrentObservation();
			}
		};

		abstract void with(ObservationRegistry registry, Consumer<Object> call);

		abstract Object current(ObservationRegistry registry);

	}

}
