package io.github.asynclock.aop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;

/**
 * Correct as far as these tests go, and simple: each request waits for the request before
 * it on each of its keys. It notes what was asked, and when keys were held.
 */
class NaiveLockService implements LockService {

	private final Map<String, CompletableFuture<Void>> tails = new HashMap<>();

	final List<LockRequest> requests = Collections.synchronizedList(new ArrayList<>());

	/** {@code locked key}, {@code unlocked key}, and whatever tests add. */
	final List<String> events = Collections.synchronizedList(new ArrayList<>());

	/** The futures that callers were given. */
	final List<CompletableFuture<?>> given = Collections.synchronizedList(new ArrayList<>());

	List<String> lastKeys() {
		return lastRequest().keys();
	}

	LockRequest lastRequest() {
		return this.requests.get(this.requests.size() - 1);
	}

	boolean isHeld(String key) {
		synchronized (this.tails) {
			CompletableFuture<Void> tail = this.tails.get(key);
			return tail != null && !tail.isDone();
		}
	}

	/** The grant, to be completed for release. */
	private CompletableFuture<CompletableFuture<Void>> acquire(LockRequest request) {
		this.requests.add(request);
		CompletableFuture<Void> end = new CompletableFuture<>();
		CompletableFuture<?>[] before;
		synchronized (this.tails) {
			before = request.keys()
				.stream()
				.map((key) -> this.tails.getOrDefault(key, CompletableFuture.completedFuture(null)))
				.toArray(CompletableFuture<?>[]::new);
			boolean busy = !CompletableFuture.allOf(before).isDone();
			if (busy && request.waitTime() != null && request.waitTime().isZero()) {
				return CompletableFuture.failedFuture(new LockTimeoutException("busy", request.keys()));
			}
			request.keys().forEach((key) -> this.tails.put(key, end));
		}
		return CompletableFuture.allOf(before).thenApply((nothing) -> {
			request.keys().forEach((key) -> this.events.add("locked " + key));
			return end;
		});
	}

	/** Called while the keys are still held, after the action has ended. */
	volatile Runnable beforeRelease = () -> {
	};

	private void release(LockRequest request, CompletableFuture<Void> end) {
		this.beforeRelease.run();
		request.keys().forEach((key) -> this.events.add("unlocked " + key));
		end.complete(null);
	}

	@Override
	public <T> CompletableFuture<T> execute(LockRequest request,
			Function<? super Lease, ? extends CompletionStage<T>> action) {
		CompletableFuture<T> result = new CompletableFuture<>();
		this.given.add(result);
		acquire(request).whenComplete((end, timeout) -> {
			if (timeout != null) {
				finish(request, result, null, timeout);
				return;
			}
			stage(() -> action.apply(null)).whenComplete((value, ex) -> {
				release(request, end);
				finish(request, result, value, ex);
			});
		});
		return result;
	}

	private static <T> CompletionStage<T> stage(Supplier<? extends CompletionStage<T>> action) {
		try {
			return action.get();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static <T> void finish(LockRequest request, CompletableFuture<T> result, T value, Throwable ex) {
		if (ex == null || (ex instanceof LockTimeoutException && request.skipOnTimeout())) {
			result.complete(value);
		}
		else {
			result.completeExceptionally(ex);
		}
	}

	@Override
	public <T> Mono<T> executeMono(LockRequest request, Function<? super Lease, ? extends Mono<T>> action) {
		return Mono
			.usingWhen(Mono.defer(() -> Mono.fromFuture(acquire(request))), (end) -> action.apply(null),
					(end) -> Mono.fromRunnable(() -> release(request, end)))
			.onErrorResume(LockTimeoutException.class, (ex) -> request.skipOnTimeout() ? Mono.empty() : Mono.error(ex));
	}

	@Override
	public <T> Flux<T> executeFlux(LockRequest request, Function<? super Lease, ? extends Publisher<T>> action) {
		return Flux
			.usingWhen(Mono.defer(() -> Mono.fromFuture(acquire(request))), (end) -> action.apply(null),
					(end) -> Mono.fromRunnable(() -> release(request, end)))
			.onErrorResume(LockTimeoutException.class, (ex) -> request.skipOnTimeout() ? Flux.empty() : Flux.error(ex));
	}

	@Override
	public <T> T executeBlocking(LockRequest request, Function<? super Lease, ? extends T> action) {
		CompletableFuture<CompletableFuture<Void>> acquired = acquire(request);
		if (acquired.isCompletedExceptionally() && request.skipOnTimeout()) {
			return null;
		}
		CompletableFuture<Void> end = acquired.join();
		try {
			return action.apply(null);
		}
		finally {
			release(request, end);
		}
	}

	@Override
	public Mono<Boolean> isLocked(String key) {
		return Mono.fromSupplier(() -> isHeld(key));
	}

}
