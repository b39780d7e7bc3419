package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * A subscription to a locked flux: each value is passed on as it comes, demand as it is
 * asked for.
 */
final class FluxCall<T> extends SubscriberCall<T> {

	private static final int VALUE = 1;

	private static final int LOSS = 2;

	private static final VarHandle EMITTING;

	static {
		try {
			EMITTING = MethodHandles.lookup().findVarHandle(FluxCall.class, "emitting", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * {@code VALUE} while one is being passed on, {@code LOSS} once that has to be told:
	 * whoever is in the other's way leaves it to that one. Signals never overlap.
	 */
	private volatile int emitting;

	private volatile @Nullable LockLostException loss;

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
		boolean outermost = EMITTING.compareAndSet(this, 0, VALUE);
		if (isOver() || (!outermost && this.emitting == LOSS)) {
			Operators.onNextDropped(value, this.actual.currentContext());
		}
		else {
			boolean inside = stepOut();
			try {
				this.actual.onNext(value);
			}
			finally {
				stepIn(inside);
			}
		}
		if (outermost && !EMITTING.compareAndSet(this, VALUE, 0)) {
			tellLossNow();
		}
	}

	@Override
	void tellLoss(LockLostException reason) {
		this.loss = reason;
		if ((int) EMITTING.getAndAdd(this, LOSS) == 0) {
			tellLossNow();
		}
	}

	private void tellLossNow() {
		LockLostException loss = this.loss;
		if (loss != null) {
			this.actual.onError(loss);
		}
	}

	@Override
	public void onComplete() {
		endsWith(this.actual::onComplete);
	}

}
