package io.github.asynclock.core;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * Keeps its subscription, whatever becomes of it.
 */
final class KeepingSubscriber implements CoreSubscriber<Object> {

	Subscription subscription;

	@Override
	public void onSubscribe(Subscription subscription) {
		this.subscription = subscription;
		subscription.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(Object value) {
	}

	@Override
	public void onError(Throwable failure) {
	}

	@Override
	public void onComplete() {
	}

}
