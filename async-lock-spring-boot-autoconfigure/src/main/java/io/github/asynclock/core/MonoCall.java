package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription to a locked mono: it holds the keys until the mono has completed, not
 * merely until it has its value, so the value waits here for the completion and for
 * demand. Whichever of the two comes second emits it.
 */
final class MonoCall<T> extends SubscriberCall<T> {

	private static final int NEITHER = 0;

	private static final int DEMAND = 1;

	private static final int RESULT = 2;

	private static final VarHandle READY;

	static {
		try {
			READY = MethodHandles.lookup().findVarHandle(MonoCall.class, "ready", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private @Nullable T value;

	private volatile int ready = NEITHER;

	private volatile boolean cancelled;

	MonoCall(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Publisher<T>> action,
			CoreSubscriber<? super T> actual) {
		super(engine, request, action, actual);
	}

	@Override
	String expected() {
		return "Mono";
	}

	@Override
	public void onNext(T value) {
		this.value = value;
	}

	@Override
	public void onComplete() {
		endsWith(this::deliver);
	}

	private void deliver() {
		if (this.value == null) {
			this.actual.onComplete();
		}
		else if (!READY.compareAndSet(this, NEITHER, RESULT)) {
			emit(this.value);
		}
	}

	@Override
	public void request(long demand) {
		super.request(demand);
		if (!READY.compareAndSet(this, NEITHER, DEMAND) && READY.compareAndSet(this, RESULT, DEMAND)) {
			T value = this.value;
			if (value != null) {
				emit(value);
			}
		}
	}

	@Override
	void cancelled() {
		this.cancelled = true;
	}

	private void emit(T value) {
		if (this.cancelled) {
			Operators.onDiscard(value, this.actual.currentContext());
			return;
		}
		this.actual.onNext(value);
		this.actual.onComplete();
	}

}
