package io.github.asynclock.core;

import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;

/**
 * Locks once per subscription.
 */
final class LockedMono<T> extends Mono<T> {

	private final LockEngine engine;

	private final LockRequest request;

	private final Function<? super Lease, ? extends Mono<T>> action;

	private LockedMono(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Mono<T>> action) {
		this.engine = engine;
		this.request = request;
		this.action = action;
	}

	static <T> Mono<T> of(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Mono<T>> action) {
		return onAssembly(new LockedMono<>(engine, request, action));
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> actual) {
		new MonoCall<>(this.engine, this.request, this.action, actual).begin();
	}

}
