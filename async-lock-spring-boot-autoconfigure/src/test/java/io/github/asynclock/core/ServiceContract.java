package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ObjectAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * What every contract of the service uses. A contract says what the service promises on
 * any store; a store's tests inherit it and say only which store.
 *
 * <p>
 * Events are ordered by latches and futures; {@link #SAFETY} only ends a test that hangs.
 */
@Timeout(120)
abstract class ServiceContract {

	static final Duration SAFETY = Duration.ofSeconds(10);

	/** Twice what a race of many rounds takes on two busy processors. */
	private static final Duration ENOUGH = Duration.ofSeconds(20);

	static final Duration LONG = Duration.ofMinutes(10);

	private final List<QueueingLockService> services = new CopyOnWriteArrayList<>();

	private final String id = UUID.randomUUID().toString();

	/** The key of a test that needs only one; no other test has the same. */
	final String key = key("key");

	private QueueingLockService service;

	abstract LockStore store();

	/** A key of this test alone; keys sort as the names do. */
	final String key(String name) {
		return name + "-" + this.id;
	}

	final synchronized QueueingLockService service() {
		if (this.service == null) {
			this.service = service((builder) -> builder);
		}
		return this.service;
	}

	final QueueingLockService service(UnaryOperator<QueueingLockService.Builder> settings) {
		QueueingLockService created = settings.apply(QueueingLockService.builder(store())).build();
		this.services.add(created);
		return created;
	}

	/** Like {@link #service(UnaryOperator)}, and what {@link #service()} gives. */
	final synchronized QueueingLockService use(UnaryOperator<QueueingLockService.Builder> settings) {
		this.service = service(settings);
		return this.service;
	}

	@AfterEach
	void closeServices() {
		this.services.forEach(QueueingLockService::close);
	}

	/** Calls for some keys with an action that goes on until the test ends it. */
	final Call call(LockRequest request) {
		return call(Form.FUTURE, request);
	}

	final Call call(String... keys) {
		return call(LockRequest.of(keys));
	}

	final Call call(Form form, LockRequest request) {
		return new Call(form, service(), request);
	}

	/** A call that has its keys and runs. */
	final Call hold(String... keys) {
		return hold(LockRequest.of(keys));
	}

	final Call hold(LockRequest request) {
		return hold(Form.FUTURE, request);
	}

	final Call hold(Form form, LockRequest request) {
		Call call = call(form, request);
		get(call.started);
		return call;
	}

	/** Whether a caller that does not wait gets the keys. */
	final boolean isFree(String... keys) {
		return isFree(service(), keys);
	}

	static boolean isFree(LockService service, String... keys) {
		LockRequest request = LockRequest.of(keys).waitingAtMost(Duration.ZERO).orSkip();
		return get(service.execute(request, (lease) -> CompletableFuture.completedFuture("ran"))) != null;
	}

	/** Ends when a caller that waits has had the keys: those before it had them, too. */
	final void passThrough(String... keys) {
		get(service().execute(LockRequest.of(keys), (lease) -> CompletableFuture.completedFuture("ran")));
	}

	static LockRequest atOnce(String... keys) {
		return LockRequest.of(keys).waitingAtMost(Duration.ZERO);
	}

	/** Waits long, whatever the default is. */
	static LockRequest patient(String... keys) {
		return LockRequest.of(keys).waitingAtMost(LONG);
	}

	static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(SAFETY.toSeconds(), TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			if (ex instanceof TimeoutException) {
				Threads.dump();
			}
			throw new AssertionError("No result: " + ex, ex);
		}
	}

	static <T> ObjectAssert<T> assertGiven(CompletableFuture<T> future) {
		return Assertions.assertThatObject(get(future));
	}

	/** What the future failed with, as its callbacks see it. */
	static Throwable failure(CompletableFuture<?> future) {
		return get(future.handle((value, failure) -> {
			if (failure == null) {
				return fail("Should have failed, but gave " + value);
			}
			return failure;
		}));
	}

	static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(SAFETY.toSeconds(), TimeUnit.SECONDS)).as("came to pass").isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Spins until something is so. */
	static void until(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime() - start).as("nanoseconds waited").isLessThan(SAFETY.toNanos());
			Thread.yield();
		}
	}

	/**
	 * Whether a race goes on: for so many rounds, or until a slow machine has had its
	 * time.
	 */
	static boolean goOn(int round, int rounds, long begun) {
		return round < rounds && System.nanoTime() - begun < ENOUGH.toNanos();
	}

	static Thread start(Runnable task) {
		Thread thread = new Thread(task, "test");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	static <T> CompletableFuture<T> done(T value) {
		return CompletableFuture.completedFuture(value);
	}

	@SuppressWarnings("unchecked")
	static <E extends Throwable> RuntimeException sneaky(Throwable failure) throws E {
		throw (E) failure;
	}

	/** The four ways to call. */
	enum Form {

		FUTURE {
			@Override
			<T> CompletableFuture<T> run(LockService service, LockRequest request,
					Function<? super Lease, ? extends CompletionStage<T>> action) {
				return service.execute(request, action);
			}
		},

		MONO {
			@Override
			<T> CompletableFuture<T> run(LockService service, LockRequest request,
					Function<? super Lease, ? extends CompletionStage<T>> action) {
				return service.<T>executeMono(request, (lease) -> Mono.fromCompletionStage(action.apply(lease)))
					.toFuture();
			}
		},

		FLUX {
			@Override
			<T> CompletableFuture<T> run(LockService service, LockRequest request,
					Function<? super Lease, ? extends CompletionStage<T>> action) {
				return service.<T>executeFlux(request, (lease) -> Mono.fromCompletionStage(action.apply(lease)))
					.singleOrEmpty()
					.toFuture();
			}
		},

		BLOCKING {
			@Override
			<T> CompletableFuture<T> run(LockService service, LockRequest request,
					Function<? super Lease, ? extends CompletionStage<T>> action) {
				CompletableFuture<T> result = new CompletableFuture<>();
				Thread thread = start(() -> {
					try {
						result.complete(service.executeBlocking(request, (lease) -> join(action.apply(lease))));
					}
					catch (Throwable ex) {
						result.completeExceptionally(ex);
					}
				});
				// Waits for the key, or for its own action to end, or is over.
				until(() -> thread.getState() == Thread.State.WAITING || result.isDone());
				return result;
			}

			private <T> T join(CompletionStage<T> stage) {
				try {
					return stage.toCompletableFuture().join();
				}
				catch (CompletionException ex) {
					throw sneaky(ex.getCause());
				}
			}
		};

		/**
		 * Calls; has queued up, if it had to, when this returns.
		 */
		abstract <T> CompletableFuture<T> run(LockService service, LockRequest request,
				Function<? super Lease, ? extends CompletionStage<T>> action);

	}

	/** A call and the end of its action. */
	static final class Call {

		final CompletableFuture<Lease> started = new CompletableFuture<>();

		/** The action's own stage. */
		final CompletableFuture<String> end = new CompletableFuture<>();

		/** What the caller was given. */
		final CompletableFuture<String> result;

		volatile Thread thread;

		Call(Form form, LockService service, LockRequest request) {
			this.result = form.run(service, request, this::act);
		}

		private CompletableFuture<String> act(Lease lease) {
			this.thread = Thread.currentThread();
			if (!this.started.complete(lease)) {
				throw new AssertionError("The action ran twice");
			}
			return this.end;
		}

		boolean hasStarted() {
			return this.started.isDone();
		}

		Lease lease() {
			return get(this.started);
		}

		/** Ends the action; returns when the caller has the result. */
		void release() {
			lease();
			this.end.complete("done");
			get(this.result.handle((value, failure) -> "any"));
		}

	}

}
