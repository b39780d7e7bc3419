package io.github.asynclock.core;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.jspecify.annotations.Nullable;

/**
 * A call whose thread waits, and runs the action itself. The one call that blocks: its
 * caller asked for it.
 */
final class BlockingCall implements Call {

	private final Thread thread = Thread.currentThread();

	private final HoldTerms terms;

	private final LockRequest request;

	private final @Nullable HeldLease scope;

	/** Granted, and to be started by whoever takes it from here. */
	private final AtomicReference<@Nullable PendingAcquire> place = new AtomicReference<>();

	private volatile @Nullable HeldLease lease;

	private volatile @Nullable LockException refusal;

	private volatile boolean skipped;

	BlockingCall(HoldTerms terms, LockRequest request, @Nullable HeldLease scope) {
		this.terms = terms;
		this.request = request;
		this.scope = scope;
	}

	/**
	 * Waits until the call is decided.
	 * @return the lease; null if the wait time ended and the request says to skip
	 * @throws LockException if it was refused, or the thread was interrupted
	 */
	@Nullable HeldLease await(Withdrawable waiting) {
		while (!isDecided()) {
			if (!this.thread.isInterrupted()) {
				LockSupport.park(this);
			}
			else if (waiting.withdraw()) {
				this.terms.withdrawn();
				isDecided(); // of several keys one may just have been granted: it goes
								// back
				throw Messages.interrupted(this.request.keys());
			}
			else {
				Thread.onSpinWait(); // decided otherwise, and told any moment
			}
		}
		if (this.refusal != null) {
			throw this.refusal;
		}
		return this.lease;
	}

	private boolean isDecided() {
		PendingAcquire place = this.place.getAndSet(null);
		if (place != null) {
			place.call().start(place);
		}
		return this.lease != null || this.refusal != null || this.skipped;
	}

	/**
	 * Runs the action of a lease that this thread has.
	 */
	static <T extends @Nullable Object> @Nullable T run(HeldLease lease, Function<? super Lease, ? extends T> action) {
		T value;
		Lease outer = LeaseContext.swap(lease);
		try {
			value = action.apply(lease);
		}
		catch (Throwable ex) {
			LeaseContext.swap(outer);
			over(lease, ex);
			throw ex;
		}
		LeaseContext.swap(outer);
		over(lease, null);
		return value;
	}

	private static void over(HeldLease lease, @Nullable Throwable failure) {
		if (!lease.end()) {
			LockLostException loss = lease.loss();
			if (failure != null && failure != loss) {
				loss.addSuppressed(failure);
			}
			throw loss;
		}
		lease.terms.engine().handOver(lease.giveBack(failure != null));
		try {
			lease.awaitRelease();
		}
		catch (LockLostException loss) {
			if (failure == null) {
				throw loss;
			}
		}
	}

	@Override
	public Collection<String> keys() {
		return this.request.keys();
	}

	@Override
	public @Nullable String name() {
		return this.request.name();
	}

	@Override
	public long leaseNanos() {
		return this.terms.engine().settings().leaseNanos(this.request);
	}

	@Override
	public HoldTerms terms() {
		return this.terms;
	}

	@Override
	public @Nullable HeldLease scope() {
		return this.scope;
	}

	@Override
	public boolean runsOnExecutor() {
		return false;
	}

	@Override
	public void granted(PendingAcquire place) {
		this.place.set(place);
		LockSupport.unpark(this.thread);
	}

	@Override
	public boolean reclaim(PendingAcquire place) {
		return this.place.compareAndSet(place, null);
	}

	@Override
	public @Nullable PendingAcquire run(HeldLease lease) {
		this.lease = lease;
		LockSupport.unpark(this.thread);
		return null;
	}

	@Override
	public void timedOut() {
		this.terms.timedOut();
		if (this.request.skipOnTimeout()) {
			this.skipped = true;
			LockSupport.unpark(this.thread);
		}
		else {
			long waited = this.terms.engine().settings().waitNanos(this.request);
			refused(Messages.timedOut(this.request.keys(), waited));
		}
	}

	@Override
	public void refused(LockException reason) {
		this.terms.refused(reason);
		this.refusal = reason;
		LockSupport.unpark(this.thread);
	}

}
