package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.core.EngineObserver.WaitOutcome;
import org.jspecify.annotations.Nullable;

/**
 * The terms of one call that has limits, of which listeners are told, or that is part of
 * a {@link UnitOfWork}.
 */
final class WatchedTerms extends HoldTerms {

	/** The grant was told. */
	private static final int GRANT = 1;

	/** The lease was lost, be it before the grant was told. */
	private static final int LOSS = 2;

	private final List<String> keys;

	private final @Nullable String name;

	private final long atMost;

	private final boolean releaseOnError;

	private long atLeast;

	private final long askedAt = DeadlineWheel.now();

	/** Its own places that are still held: the last one stops the limit's alarm. */
	private final AtomicInteger open = new AtomicInteger();

	private long grantedAt = this.askedAt;

	private volatile @Nullable Alarm limit;

	private volatile @Nullable Alarm warning;

	/** What of {@link #GRANT} and {@link #LOSS} is done. */
	private final AtomicInteger done = new AtomicInteger();

	/** How long it was held, once it is not, until that is told. */
	private @Nullable Duration heldUntold;

	private final boolean skips;

	private final @Nullable CallWatch watch;

	/**
	 * @param observer told of this call; null: nobody is
	 */
	WatchedTerms(LockEngine engine, List<String> keys, @Nullable LockRequest request, @Nullable UnitOfWork work,
			EngineObserver.@Nullable CallObserver observer) {
		super(engine, work);
		this.keys = keys;
		this.name = (request != null) ? request.name() : null;
		this.atMost = (request != null) ? Settings.nanos(request.holdAtMost(), 0) : 0;
		this.releaseOnError = request != null && request.releaseOnError();
		this.skips = request != null && request.skipOnTimeout();
		this.watch = (observer != null) ? new CallWatch(observer) : null;
		this.atLeast = (request != null) ? Settings.nanos(request.holdAtLeast(), 0) : 0;
	}

	@Override
	@Nullable String name() {
		return this.name;
	}

	@Override
	long grantedAt() {
		return this.grantedAt;
	}

	@Override
	void granted(HeldLease lease) {
		this.grantedAt = DeadlineWheel.now();
		this.open.addAndGet(lease.owned()); // some may be gone already
		if (this.atMost > 0) {
			Alarm alarm = new Alarm(this.grantedAt + this.atMost,
					() -> engine().lose(lease, Messages.heldTooLong(this.keys, Duration.ofNanos(this.atMost))));
			this.limit = alarm;
			engine().wheel().add(alarm);
		}
		if (this.work != null) {
			this.work.keep(lease);
		}
		warnIfHeldLong();
		if (this.watch != null) {
			this.watch.granted();
		}
		engine().listeners().granted(() -> event(Duration.ZERO));
		tellLossIfSecond(GRANT);
	}

	/** A loss is told once, and after the grant, be it that it came before. */
	private void tellLossIfSecond(int one) {
		int before = this.done.getAndUpdate((done) -> done | one);
		if (before == (GRANT | LOSS) - one) {
			stopWarning();
			stopLimitUnlessHeld();
			ended(true, heldFor());
		}
	}

	private void warnIfHeldLong() {
		long after = engine().listeners().warnAfterNanos();
		if (after > 0) {
			Alarm alarm = new Alarm(this.grantedAt + after,
					() -> engine().tell(() -> engine().listeners().heldLong(event(heldFor()))));
			this.warning = alarm;
			engine().wheel().add(alarm);
		}
	}

	private void stopWarning() {
		Alarm alarm = this.warning;
		if (alarm != null) {
			engine().wheel().remove(alarm);
		}
	}

	private void ended(boolean lost, Duration held) {
		if (this.watch != null) {
			this.watch.ended(lost);
		}
		if (lost) {
			engine().listeners().lost(() -> event(held));
		}
		else {
			engine().listeners().released(() -> event(held));
		}
	}

	@Override
	void unused() {
		this.atLeast = 0;
	}

	@Override
	void failed() {
		if (this.releaseOnError) {
			this.atLeast = 0;
		}
	}

	@Override
	void released(HeldLease lease) {
		stopWarning();
		stopLimitUnlessHeld();
		if (lease.isReleased()) {
			ended(false, heldFor());
		}
		else {
			this.heldUntold = heldFor();
		}
	}

	@Override
	void releaseAnswered(boolean held) {
		Duration heldFor = this.heldUntold;
		if (heldFor != null) {
			this.heldUntold = null;
			ended(!held, heldFor);
		}
	}

	private void stopLimitUnlessHeld() {
		Alarm alarm = this.limit;
		if (alarm != null && this.open.get() == 0) {
			engine().wheel().remove(alarm);
		}
	}

	@Override
	@Nullable PendingAcquire vacate(Link place) {
		this.open.decrementAndGet();
		stopLimitUnlessHeld();
		return engine().vacate(place, restNanos());
	}

	@Override
	long restNanos() {
		// Before the grant was told, no action has begun that it is for.
		return (this.atLeast > 0 && (this.done.get() & GRANT) != 0)
				? Math.max(0, this.grantedAt + this.atLeast - DeadlineWheel.now()) : 0;
	}

	@Override
	void lost(HeldLease lease) {
		tellLossIfSecond(LOSS);
	}

	@Override
	void timedOut() {
		this.grantedAt = DeadlineWheel.now();
		notGranted(this.skips ? WaitOutcome.SKIPPED : WaitOutcome.TIMED_OUT);
		engine().listeners().timedOut(() -> event(Duration.ZERO));
	}

	@Override
	void refused(LockException reason) {
		if (this.watch != null && this.done.get() == (GRANT | LOSS)) {
			this.watch.ended(true); // who tells of the loss may be about to
		}
		notGranted(CallWatch.outcome(reason));
	}

	@Override
	void withdrawn() {
		notGranted(WaitOutcome.CANCELLED);
	}

	private void notGranted(WaitOutcome outcome) {
		if (this.watch != null) {
			this.watch.notGranted(outcome);
		}
	}

	private Duration heldFor() {
		return Duration.ofNanos(DeadlineWheel.now() - this.grantedAt);
	}

	private LockEvent event(Duration held) {
		return new LockEvent(this.name, this.keys, Duration.ofNanos(this.grantedAt - this.askedAt), held);
	}

}
