package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription to a locked publisher: waits for the keys, subscribes to the action's
 * publisher, and gives the keys back when that has ended, before the subscriber hears of
 * it.
 *
 * <p>
 * {@code outcome} is set once, by whichever is first of the publisher's end, the
 * subscriber's cancel and the loss of the lease; that one gives the keys back. A cancel
 * that comes while the action's own code is still on a stack, in its call or in
 * subscribing ({@code section}), leaves giving back to that stack: the action has not
 * ended before.
 */
abstract class SubscriberCall<T> implements Call, CoreSubscriber<T>, Subscription, LossListener {

	private static final int OPEN = 0;

	private static final int OVER = 1;

	private static final int OUTSIDE = 0;

	private static final int INSIDE = 1;

	private static final int GIVE_BACK_WHEN_OUT = 2;

	private static final VarHandle OUTCOME;

	private static final VarHandle SECTION;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			OUTCOME = lookup.findVarHandle(SubscriberCall.class, "outcome", int.class);
			SECTION = lookup.findVarHandle(SubscriberCall.class, "section", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	final CoreSubscriber<? super T> actual;

	private final HoldTerms terms;

	private final LockRequest request;

	private final Function<? super Lease, ? extends Publisher<T>> action;

	private final @Nullable HeldLease scope;

	private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();

	private @Nullable Object captured;

	private boolean hasWaited;

	private volatile @Nullable Withdrawable waiting;

	private volatile @Nullable HeldLease lease;

	private volatile Context context;

	private volatile int outcome = OPEN;

	private volatile int section = OUTSIDE;

	SubscriberCall(LockEngine engine, LockRequest request, Function<? super Lease, ? extends Publisher<T>> action,
			CoreSubscriber<? super T> actual) {
		this.request = request;
		this.action = action;
		this.actual = actual;
		this.context = actual.currentContext();
		this.scope = LockScope.of(this.context);
		this.terms = engine.terms(request, this.context);
	}

	/**
	 * Takes the keys, or begins to wait for them.
	 */
	final void begin() {
		this.actual.onSubscribe(this);
		if (this.outcome != OPEN) {
			this.terms.withdrawn();
			return;
		}
		LockEngine engine = this.terms.engine();
		try {
			if (this.scope == null && this.terms.work == null) {
				engine.requireOpen(this.request.keys()); // else it may be re-entering
			}
			HeldLease lease = (this.request.keys().size() == 1)
					? engine.takeNow(this.request.keys().get(0), this.terms, this.scope) : null;
			if (lease == null) {
				lease = await(engine);
			}
			if (lease != null) {
				engine.handOver(run(lease));
			}
		}
		catch (LockException ex) {
			refused(ex);
		}
	}

	/**
	 * @return a lease after all; null if the call waits or was told
	 */
	private @Nullable HeldLease await(LockEngine engine) {
		long wait = engine.settings().waitNanos(this.request);
		this.captured = engine.carrier().capture();
		this.hasWaited = true;
		if (this.request.keys().size() > 1) {
			MultiAcquire multi = new MultiAcquire(this, this.request.keys(), wait);
			return waitsAs(multi) ? multi.advance() : null;
		}
		PendingAcquire place = new PendingAcquire(this.request.keys().get(0), this);
		place.deadline = DeadlineWheel.in(wait);
		if (waitsAs(place) && engine.take(place, place.deadline, wait > 0)) {
			engine.handOver(start(place));
		}
		return null;
	}

	private boolean waitsAs(Withdrawable waiting) {
		this.waiting = waiting;
		// One that cancelled just before has not seen it.
		if (this.outcome == OPEN || !waiting.withdraw()) {
			return true;
		}
		this.terms.withdrawn();
		return false;
	}

	@Override
	public final @Nullable PendingAcquire run(HeldLease lease) {
		this.waiting = null;
		this.lease = lease;
		this.context = this.context.put(LeaseContext.KEY, lease);
		this.section = INSIDE;
		if (this.outcome == OPEN) {
			runInside(lease);
		}
		else {
			this.terms.unused();
			giveBack();
		}
		if (!SECTION.compareAndSet(this, INSIDE, OUTSIDE)) {
			giveBackNow();
		}
		return null;
	}

	private void runInside(HeldLease lease) {
		lease.watch(this);
		if (isOver()) {
			return; // lost before it began
		}
		ContextCarrier.Scope restored = this.hasWaited ? this.terms.engine().carrier().restore(this.captured) : null;
		this.captured = null;
		Lease outer = LeaseContext.swap(lease);
		try {
			Publisher<T> publisher = this.action.apply(lease);
			if (publisher == null) {
				onError(Messages.nothingReturned(lease.keys(), expected()));
			}
			else {
				publisher.subscribe(this);
			}
		}
		catch (Throwable ex) {
			onError(ex);
		}
		finally {
			LeaseContext.swap(outer);
			if (restored != null) {
				restored.close();
			}
		}
	}

	abstract String expected();

	/** The subscriber wants nothing more, whatever has been decided. */
	void cancelled() {
	}

	@Override
	public final Context currentContext() {
		return this.context;
	}

	@Override
	public final void onSubscribe(Subscription subscription) {
		this.upstream.set(subscription);
	}

	/**
	 * Delivers to the subscriber, which is not part of the action: where a signal comes
	 * while the action's code is on this stack, its lease is not the subscriber's.
	 */
	private void outside(Runnable delivery) {
		boolean inside = stepOut();
		try {
			delivery.run();
		}
		finally {
			stepIn(inside);
		}
	}

	final boolean stepOut() {
		LeaseContext.Slot thread = LeaseContext.slot();
		boolean inside = thread.lease() != null && thread.lease() == this.lease;
		if (inside) {
			thread.swap(this.scope);
		}
		return inside;
	}

	final void stepIn(boolean inside) {
		if (inside) {
			LeaseContext.swap(this.lease);
		}
	}

	final boolean isOver() {
		return this.outcome != OPEN;
	}

	final boolean decide() {
		return OUTCOME.compareAndSet(this, OPEN, OVER);
	}

	/**
	 * The action's publisher has ended: gives the keys back, then delivers that.
	 * @return false if the call was over before
	 */
	final boolean endsWith(Runnable delivery) {
		return endsWith(delivery, this::tellLoss, false);
	}

	private boolean endsWith(Runnable delivery, Consumer<LockLostException> lost, boolean failed) {
		HeldLease lease = this.lease;
		if (isOver() || lease == null || !lease.end()) {
			return false; // if it was lost: the loss is the result
		}
		boolean first = decide();
		this.terms.engine().handOver(lease.giveBack(failed));
		if (first) {
			lease.afterRelease(() -> outside(delivery), (loss) -> outside(() -> lost.accept(loss)));
		}
		else {
			lease.afterRelease(HeldLease.NOTHING);
		}
		return first;
	}

	@Override
	public final void onError(Throwable failure) {
		if (!endsWith(() -> this.actual.onError(failure), (loss) -> this.actual.onError(failure), true)) {
			Operators.onErrorDropped(failure, this.actual.currentContext());
		}
	}

	@Override
	public void request(long demand) {
		if (Operators.validate(demand)) {
			this.upstream.request(demand);
		}
	}

	@Override
	public final void cancel() {
		cancelled();
		if (!decide()) {
			return;
		}
		Withdrawable waiting = this.waiting;
		if (waiting != null) {
			this.waiting = null; // whoever keeps this must not keep the queue
			if (waiting.withdraw()) {
				this.terms.withdrawn();
				return;
			}
		}
		try {
			this.upstream.cancel();
		}
		finally {
			giveBack();
		}
	}

	/** Now, or when the action's code is off the stack. */
	private void giveBack() {
		if (this.section == OUTSIDE || !SECTION.compareAndSet(this, INSIDE, GIVE_BACK_WHEN_OUT)) {
			giveBackNow();
		}
	}

	private void giveBackNow() {
		HeldLease lease = this.lease;
		if (lease != null && lease.end()) {
			this.terms.engine().handOver(lease.giveBackUnwanted());
		}
	}

	@Override
	public final void lost(LockLostException reason, Deliveries deliveries) {
		if (decide()) {
			deliveries.result(() -> tellLoss(reason));
			this.upstream.cancel();
		}
	}

	/**
	 * Delivers the loss. Called on any thread, the publisher may be emitting meanwhile.
	 */
	void tellLoss(LockLostException reason) {
		this.actual.onError(reason);
	}

	@Override
	public final void timedOut() {
		this.waiting = null;
		if (!decide()) {
			this.terms.withdrawn();
			return;
		}
		this.terms.timedOut();
		if (this.request.skipOnTimeout()) {
			this.actual.onComplete();
		}
		else {
			long waited = this.terms.engine().settings().waitNanos(this.request);
			this.actual.onError(Messages.timedOut(this.request.keys(), waited));
		}
	}

	@Override
	public final void refused(LockException reason) {
		this.waiting = null;
		this.terms.refused(reason);
		if (decide()) {
			this.actual.onError(reason);
		}
	}

	@Override
	public final @Nullable String name() {
		return this.request.name();
	}

	@Override
	public final long leaseNanos() {
		return this.terms.engine().settings().leaseNanos(this.request);
	}

	@Override
	public final HoldTerms terms() {
		return this.terms;
	}

	@Override
	public final @Nullable HeldLease scope() {
		return this.scope;
	}

	@Override
	public final Collection<String> keys() {
		return this.request.keys();
	}

}
