package io.github.asynclock.guide;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * The application that the guide's examples run in. Events are ordered by futures and
 * latches; the limit only ends a test that hangs.
 */
final class Application {

	private static final long SAFETY_SECONDS = 20;

	private Application() {
	}

	static ApplicationContextRunner of(Class<?>... beans) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, AopAutoConfiguration.class))
			.withUserConfiguration(beans);
	}

	/** Runs something on a thread that holds nothing. */
	static <T> CompletableFuture<T> elsewhere(Supplier<T> action) {
		return CompletableFuture.supplyAsync(action, (task) -> new Thread(task, "elsewhere").start());
	}

	static <T> T get(Mono<T> mono) {
		return get(mono.toFuture());
	}

	static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(SAFETY_SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError("No result: " + ex, ex);
		}
	}

	static Throwable failure(Mono<?> mono) {
		return failure(mono.toFuture());
	}

	static Throwable failure(CompletableFuture<?> future) {
		try {
			throw new AssertionError("No failure, but " + future.get(SAFETY_SECONDS, TimeUnit.SECONDS));
		}
		catch (ExecutionException ex) {
			Throwable cause = ex.getCause();
			return (cause instanceof CompletionException && cause.getCause() != null) ? cause.getCause() : cause;
		}
		catch (Exception ex) {
			throw new AssertionError("No failure: " + ex, ex);
		}
	}

	static void await(CountDownLatch latch) {
		try {
			if (!latch.await(SAFETY_SECONDS, TimeUnit.SECONDS)) {
				throw new AssertionError("It did not happen");
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

}
