package io.github.asynclock.core;

import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription to a locked flux: each value is passed on as it comes, demand as it is
 * asked for.
 */
final class FluxCall<T> extends SubscriberCall<T> {

	FluxCall(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Publisher<T>> action,
			CoreSubscriber<? super T> actual) {
		super(engine, request, action, actual);
	}

	@Override
	String expected() {
		return "Publisher";
	}

	@Override
	public void onNext(T value) {
		if (isOver()) {
			Operators.onNextDropped(value, this.actual.currentContext());
		}
		else {
			this.actual.onNext(value);
		}
	}

	@Override
	public void onComplete() {
		endsWith(this.actual::onComplete);
	}

}
