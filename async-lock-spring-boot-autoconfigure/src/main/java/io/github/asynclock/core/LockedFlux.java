package io.github.asynclock.core;

import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Locks once per subscription.
 */
final class LockedFlux<T> extends Flux<T> {

	private final LockEngine engine;

	private final LockRequest request;

	private final Function<? super Lease, ? extends Publisher<T>> action;

	private LockedFlux(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Publisher<T>> action) {
		this.engine = engine;
		this.request = request;
		this.action = action;
	}

	static <T> Flux<T> of(LockEngine engine, LockRequest request,
			Function<? super Lease, ? extends Publisher<T>> action) {
		return onAssembly(new LockedFlux<>(engine, request, action));
	}

	@Override
	public void subscribe(CoreSubscriber<? super T> actual) {
		new FluxCall<>(this.engine, this.request, this.action, actual).begin();
	}

}
