package io.github.asynclock.aop;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Exceptions;
import reactor.core.Fuseable.ScalarCallable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.context.CallerContext;

/**
 * Goes on with a request once it is there. At once, on this thread, where it is there
 * already; else on the thread that has it then, as if still in the caller's place: with
 * the caller's lease and transaction (or none, whatever that thread itself has) and
 * context.
 */
final class LateRequest {

	private LateRequest() {
	}

	static LockRequest await(Mono<LockRequest> asked) throws Throwable {
		LockRequest now = now(asked);
		if (now != null) {
			return now;
		}
		CompletableFuture<LockRequest> later = asked.toFuture();
		try {
			return later.get();
		}
		catch (InterruptedException ex) {
			later.cancel(true);
			Thread.currentThread().interrupt();
			throw new LockException(
					"Interrupted while a CommandLock computed the keys; nothing was run. The interrupt flag is still set",
					List.of(), ex);
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	static <T> CompletableFuture<T> execute(Mono<LockRequest> asked, Supplier<CallerContext> callers,
			Function<LockRequest, CompletableFuture<T>> call) {
		return nowOrLater(asked, call, CompletableFuture::failedFuture, () -> executeLater(asked, callers.get(), call));
	}

	private static <T> CompletableFuture<T> executeLater(Mono<LockRequest> asked, CallerContext caller,
			Function<LockRequest, CompletableFuture<T>> call) {
		CompletableFuture<T> result = new CompletableFuture<>();
		CompletableFuture<LockRequest> later = asked.toFuture();
		later.whenComplete((request, failure) -> {
			if (failure != null) {
				result.completeExceptionally(failure);
			}
			else if (!result.isDone()) {
				goOn(caller, () -> call.apply(request), result);
			}
		});
		withdrawWith(result, later);
		return result;
	}

	private static <T> void goOn(CallerContext caller, Supplier<CompletableFuture<T>> call,
			CompletableFuture<T> result) {
		try {
			CompletableFuture<T> locked = caller.call(call);
			locked.whenComplete((value, failure) -> {
				if (failure == null) {
					result.complete(value);
				}
				else {
					result.completeExceptionally(failure);
				}
			});
			withdrawWith(result, locked);
		}
		catch (Throwable ex) {
			result.completeExceptionally(ex);
		}
	}

	/** A caller that gives up withdraws; where the other has ended, this does nothing. */
	private static void withdrawWith(CompletableFuture<?> result, CompletableFuture<?> other) {
		result.whenComplete((value, failure) -> other.cancel(true));
	}

	static <T> Mono<T> executeMono(Mono<LockRequest> asked, Supplier<CallerContext> callers,
			Function<LockRequest, Mono<T>> call) {
		return nowOrLater(asked, call, Mono::error, () -> {
			CallerContext caller = callers.get();
			return asked.flatMap((request) -> Mono.fromDirect(inPlace(caller, () -> call.apply(request))));
		});
	}

	static <T> Flux<T> executeFlux(Mono<LockRequest> asked, Supplier<CallerContext> callers,
			Function<LockRequest, Flux<T>> call) {
		return nowOrLater(asked, call, Flux::error, () -> {
			CallerContext caller = callers.get();
			return asked.flatMapMany((request) -> inPlace(caller, () -> call.apply(request)));
		});
	}

	private static <R> R nowOrLater(Mono<LockRequest> asked, Function<LockRequest, R> call,
			Function<Throwable, R> failed, Supplier<R> later) {
		LockRequest now;
		try {
			now = now(asked);
		}
		catch (Throwable ex) {
			return failed.apply(ex);
		}
		return (now != null) ? call.apply(now) : later.get();
	}

	private static <T> Publisher<T> inPlace(CallerContext caller, Supplier<? extends Publisher<T>> call) {
		return (subscriber) -> caller.call(() -> {
			Flux.<T>defer(call).subscribe(subscriber);
			return subscriber;
		});
	}

	/**
	 * The request if it is there; null if it has to be waited for.
	 */
	private static @Nullable LockRequest now(Mono<LockRequest> asked) throws Throwable {
		if (!(asked instanceof ScalarCallable<?> scalar)) {
			return null;
		}
		try {
			return (LockRequest) scalar.call();
		}
		catch (Exception ex) {
			throw Exceptions.unwrap(ex);
		}
	}

}
