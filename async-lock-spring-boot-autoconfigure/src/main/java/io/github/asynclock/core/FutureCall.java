package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits for its keys, and the future that its caller has: one object, so that
 * a waiter is small. What the caller does to the future withdraws a call that waits; it
 * never frees a key whose action runs.
 */
final class FutureCall<T extends @Nullable Object> extends CompletableFuture<T> implements Call {

	private static final Object OBSERVED = new Object();

	private static final VarHandle WAITING;

	static {
		try {
			WAITING = MethodHandles.lookup().findVarHandle(FutureCall.class, "waiting", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final HoldTerms terms;

	/** The {@link LockRequest}, or the key of the shorthand. */
	private final Object asked;

	private final Object action;

	/** The caller's {@link HeldLease}, or an {@link Origin} where there is more. */
	private final @Nullable Object from;

	/**
	 * Two things in one word, as a waiter has to be small. While the call waits: whom to
	 * withdraw if the caller gives up. And whether somebody may have added a dependent: a
	 * {@link Withdrawable} or null if not, {@link Observed} or {@code OBSERVED} if so;
	 * the thread that delivers the result once it was decided that nobody has.
	 */
	private volatile @Nullable Object waiting;

	FutureCall(HoldTerms terms, Object asked, Object action, @Nullable HeldLease scope) {
		this.terms = terms;
		this.asked = asked;
		this.action = action;
		Object context = terms.engine().carrier().capture();
		this.from = (context == null) ? scope : new Origin(scope, context);
	}

	/**
	 * Says what to withdraw if the caller gives up. To be called before the wait begins.
	 */
	void waitsAs(Withdrawable waiting) {
		WAITING.set(this, waiting);
	}

	private void waitsNoLonger() {
		while (true) {
			Object at = this.waiting;
			boolean observed = at instanceof Observed || at == OBSERVED;
			if (WAITING.compareAndSet(this, at, observed ? OBSERVED : null)) {
				return;
			}
		}
	}

	/**
	 * Whether completing this runs nothing of a user's; to be completed right away by
	 * {@link #deliver} if so. One that adds a dependent says so before
	 * ({@link #observed}), so it is seen here; or it sees that this was called, and waits
	 * for the moment until the delivery is over. Only {@code allOf} and {@code anyOf} add
	 * theirs unsaid.
	 */
	boolean isUnobserved() {
		if (!WAITING.compareAndSet(this, null, Thread.currentThread())) {
			return false;
		}
		if (getNumberOfDependents() == 0) {
			return true;
		}
		this.waiting = OBSERVED;
		return false;
	}

	/**
	 * Gives the result to the caller.
	 */
	void deliver(T value) {
		super.complete(value);
		// Not before: a dependent that is added when the result is there already may
		// still be run by the one who put it there.
		this.waiting = OBSERVED;
	}

	private void observed() {
		while (true) {
			Object at = this.waiting;
			if (at instanceof Thread delivering && delivering != Thread.currentThread()) {
				Thread.yield();
			}
			else if (at == OBSERVED || at instanceof Thread || at instanceof Observed || WAITING.compareAndSet(this, at,
					(at instanceof Withdrawable waiting) ? new Observed(waiting) : OBSERVED)) {
				return;
			}
		}
	}

	@Override
	public @Nullable String name() {
		return (this.asked instanceof LockRequest request) ? request.name() : null;
	}

	@Override
	public long leaseNanos() {
		return this.terms.engine().settings().leaseNanos((this.asked instanceof LockRequest request) ? request : null);
	}

	@Override
	public HoldTerms terms() {
		return this.terms;
	}

	@Override
	public @Nullable HeldLease scope() {
		return (this.from instanceof Origin origin) ? origin.scope() : (HeldLease) this.from;
	}

	@Override
	public @Nullable PendingAcquire run(HeldLease lease) {
		waitsNoLonger();
		if (isDone()) {
			// Its caller gave up after the grant was decided, but before this.
			this.terms.unused();
			return lease.end() ? lease.giveBackUnwanted() : null;
		}
		Object context = (this.from instanceof Origin origin) ? origin.context() : null;
		ContextCarrier.Scope scope = this.terms.engine().carrier().restore(context);
		try {
			return FutureRun.afterWaiting(lease, this.asked, this.action, this);
		}
		finally {
			if (scope != null) {
				scope.close();
			}
		}
	}

	@Override
	public void timedOut() {
		waitsNoLonger();
		this.terms.timedOut();
		Settings settings = this.terms.engine().settings();
		LockRequest request = (this.asked instanceof LockRequest asked) ? asked : null;
		if (request != null && request.skipOnTimeout()) {
			super.complete(null);
		}
		else {
			super.completeExceptionally(Messages.timedOut(keys(), settings.waitNanos(request)));
		}
	}

	@Override
	public Collection<String> keys() {
		return (this.asked instanceof LockRequest request) ? request.keys() : List.of((String) this.asked);
	}

	@Override
	public void refused(LockException reason) {
		waitsNoLonger();
		this.terms.refused(reason);
		super.completeExceptionally(reason);
	}

	// From here on: whatever ends the future while its call waits withdraws the call.

	@Override
	public boolean complete(T value) {
		return withdrawn(super.complete(value));
	}

	@Override
	public boolean completeExceptionally(Throwable ex) {
		return withdrawn(super.completeExceptionally(ex));
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return withdrawn(super.cancel(mayInterruptIfRunning));
	}

	@Override
	public void obtrudeValue(T value) {
		super.obtrudeValue(value);
		withdrawn(true);
	}

	@Override
	public void obtrudeException(Throwable ex) {
		super.obtrudeException(ex);
		withdrawn(true);
	}

	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
		// The JDK's own would end the future without passing through complete.
		executor.execute(() -> {
			if (!isDone()) {
				try {
					complete(supplier.get());
				}
				catch (Throwable ex) {
					completeExceptionally(ex);
				}
			}
		});
		return this;
	}

	private boolean withdrawn(boolean ended) {
		Object at = this.waiting;
		Object waiting = (at instanceof Observed observed) ? observed.waiting() : at;
		if (ended && waiting instanceof Withdrawable withdrawable) {
			waitsNoLonger();
			if (withdrawable.withdraw()) {
				this.terms.withdrawn();
			}
		}
		return ended;
	}

	// From here on: whatever adds a dependent says so first.

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		observed();
		return new CompletableFuture<>();
	}

	@Override
	public CompletableFuture<T> toCompletableFuture() {
		observed();
		return this;
	}

	@Override
	public CompletionStage<T> minimalCompletionStage() {
		observed();
		return super.minimalCompletionStage();
	}

	private record Observed(Withdrawable waiting) {

	}

	private record Origin(@Nullable HeldLease scope, Object context) {

	}

}
