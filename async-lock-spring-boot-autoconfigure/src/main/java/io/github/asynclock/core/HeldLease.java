package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.github.asynclock.Lease;
import io.github.asynclock.LockLostException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A grant in use: the lease that the action sees, the scope that its flow carries, and
 * what gives the keys back.
 *
 * <p>
 * Every grant has a lease of its own with the caller's as its {@code parent}; the chain
 * never changes, so what one child locks is invisible to its siblings. A lease ends once:
 * its action ended, or it was lost, whichever comes first. Its places in the queues are
 * given back by the same one that ended it.
 *
 * <p>
 * It is itself a {@link Link}: the lease of a caller that got its only key at once is its
 * own place in the queue. That saves an object per call where nobody waits.
 */
abstract class HeldLease extends Link implements Lease {

	/** What is delivered where nobody wants the result. */
	static final Runnable NOTHING = () -> {
	};

	private static final Object ENDED = new Object();

	private static final VarHandle WATCH;

	private static final VarHandle RELEASING;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			WATCH = lookup.findVarHandle(HeldLease.class, "watch", Object.class);
			RELEASING = lookup.findVarHandle(HeldLease.class, "releasing", CompletionStage.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** The lease of the flow that asked; null if it held nothing. */
	final @Nullable HeldLease parent;

	final HoldTerms terms;

	/** Null where releasing takes no time. */
	private volatile @Nullable CompletionStage<Boolean> releasing;

	/**
	 * While it runs: null, what runs its action if that is the only one to tell, or
	 * {@link Watchers}. Then {@code ENDED}, or {@link Watchers} that know.
	 */
	private volatile @Nullable Object watch;

	HeldLease(String key, @Nullable HeldLease parent, HoldTerms terms) {
		super(key, 1);
		this.parent = parent;
		this.terms = terms;
	}

	/**
	 * The place that holds this key for this lease; null if it does not have that key.
	 */
	abstract @Nullable Link place(String key);

	/**
	 * The lease that a place of this one belongs to: itself, or the one that it
	 * re-entered.
	 */
	abstract HeldLease owner(String key);

	/**
	 * Whether it has all its keys; before that nobody has seen it.
	 */
	boolean isComplete() {
		return true;
	}

	/**
	 * How many of the places are its own, not re-entered.
	 */
	abstract int owned();

	final List<Link> ownPlaces() {
		return keys().stream().filter((key) -> owner(key) == this).map(this::place).toList();
	}

	abstract @Nullable PendingAcquire letGoAll();

	/**
	 * Frees the places that this lease owns, whoever else keeps them.
	 * @param wasRunning whether it has to let go of the re-entered ones, too
	 */
	abstract void revokeAll(boolean wasRunning);

	@Override
	HeldLease lease() {
		return this;
	}

	/**
	 * The action has ended. Where the grant's time was over by then, and nobody has
	 * noticed yet (this JVM may have stood still), the lease is lost here.
	 * @return false if the lease was lost before: the loss is the result
	 */
	final boolean end() {
		if (!isValid()) {
			lose(Messages.lostAtStore(keys(), "its time was over before the action ended"));
			return false;
		}
		return endUnchecked();
	}

	/**
	 * The action has ended, or will not run.
	 * @return false if the lease was lost before
	 */
	final boolean endUnchecked() {
		for (Object watch = this.watch; watch == null || watch instanceof LossListener; watch = this.watch) {
			if (WATCH.compareAndSet(this, watch, ENDED)) {
				return true;
			}
		}
		return this.watch instanceof Watchers watchers && watchers.end();
	}

	/**
	 * Why it was lost; for whom {@link #end} was false.
	 */
	final LockLostException loss() {
		LockLostException loss = (this.watch instanceof Watchers watchers) ? watchers.loss() : null;
		return (loss != null) ? loss : Messages.abandoned(keys());
	}

	/**
	 * Lets go of all places. For whom {@link #end} was true, once; to be followed by
	 * {@link #afterRelease} or {@link #awaitRelease}, even if nobody wants the result:
	 * only then is it known, and told, whether this was held to its end.
	 * @return the waiter that has the only key next and must be started; null if there is
	 * none, or they were seen to
	 */
	final @Nullable PendingAcquire giveBack() {
		PendingAcquire next = letGoAll();
		this.terms.released(this);
		return next;
	}

	/**
	 * As {@link #giveBack()}, where nobody wants a result.
	 */
	final @Nullable PendingAcquire giveBackUnwanted() {
		PendingAcquire next = giveBack();
		afterRelease(NOTHING);
		return next;
	}

	/**
	 * As {@link #giveBack()}.
	 * @param failed whether the action has failed
	 */
	final @Nullable PendingAcquire giveBack(boolean failed) {
		if (failed) {
			this.terms.failed();
		}
		return giveBack();
	}

	/**
	 * Whether the action runs and has its keys: re-entering is possible.
	 */
	final boolean isRunning() {
		Object watch = this.watch;
		return watch == null || watch instanceof LossListener
				|| (watch instanceof Watchers watchers && watchers.isRunning());
	}

	@Override
	public final boolean isHeld() {
		return isRunning() && isValid();
	}

	/**
	 * Whether the store's grants are good for now, by this JVM's own clock.
	 */
	abstract boolean isValid();

	/**
	 * A key is being released by the store; the result waits for that.
	 */
	final void releasing(CompletionStage<Boolean> releasing) {
		// A call that re-entered one of several keys may let go of that at the same time.
		while (true) {
			CompletionStage<Boolean> others = this.releasing;
			CompletionStage<Boolean> all = (others == null) ? releasing
					: others.thenCombine(releasing, (one, other) -> one && other);
			if (RELEASING.compareAndSet(this, others, all)) {
				return;
			}
		}
	}

	/**
	 * What tells whether the store has released what was given back, and still had it;
	 * null where that takes no time.
	 */
	final @Nullable CompletionStage<Boolean> releasing() {
		return this.releasing;
	}

	/**
	 * A key that belongs to another lease may have been given back by this one, which
	 * outlived it: the result waits for that, too.
	 */
	final void releasingWith(HeldLease owner) {
		CompletionStage<Boolean> others = owner.releasing;
		if (others != null) {
			releasing(others);
		}
	}

	/**
	 * Delivers the result once the keys were released, or that was attempted. To be
	 * called after {@link #giveBack}, by the same thread.
	 */
	final void afterRelease(Runnable delivery) {
		afterRelease(delivery, (loss) -> delivery.run());
	}

	/**
	 * The same for a result that must not be given if the lease turns out to have been
	 * lost before its action ended.
	 */
	final void afterRelease(Runnable delivery, Consumer<LockLostException> lost) {
		CompletionStage<Boolean> releasing = this.releasing;
		if (releasing == null) {
			delivery.run();
			return;
		}
		releasing.whenComplete(
				(held, failure) -> this.terms.engine().tell(() -> answered(failure != null || held, delivery, lost)));
	}

	private void answered(boolean held, Runnable delivery, Consumer<LockLostException> lost) {
		this.terms.releaseAnswered(held);
		if (held) {
			delivery.run();
		}
		else {
			lost.accept(foundLost());
		}
	}

	private LockLostException foundLost() {
		return Messages.lostAtStore(keys(), "the store no longer had it when the action had ended");
	}

	/**
	 * Waits for the release, blocking; not by way of the executor, whose threads may all
	 * wait here. An interrupt does not shorten this: it is bounded by the store's own
	 * timeout.
	 * @throws LockLostException if the lease turns out to have been lost before
	 */
	final void awaitRelease() {
		CompletionStage<Boolean> releasing = this.releasing;
		if (releasing != null) {
			CompletableFuture<Boolean> released = new CompletableFuture<>();
			releasing.whenComplete((held, failure) -> released.complete(failure != null || held));
			boolean held = released.join();
			this.terms.releaseAnswered(held);
			if (!held) {
				throw foundLost();
			}
		}
	}

	/** Whether {@link #afterRelease} has anything to wait for. */
	final boolean isReleased() {
		return this.releasing == null;
	}

	/**
	 * Tells a listener if this lease is lost; at once if it was.
	 */
	final void watch(LossListener listener) {
		// Most have but one: what runs the action. Others have to be told after its end,
		// too.
		if (!(listener instanceof HeldLease) && WATCH.compareAndSet(this, null, listener)) {
			return;
		}
		LockLostException loss = watchers().add(listener);
		if (loss != null) {
			Deliveries deliveries = new Deliveries();
			listener.lost(loss, deliveries);
			deliveries.runSignals();
			deliveries.runResults();
		}
	}

	final void unwatch(LossListener listener) {
		if (!WATCH.compareAndSet(this, listener, null) && this.watch instanceof Watchers watchers) {
			watchers.remove(listener);
		}
	}

	@Override
	public final Mono<Void> lost() {
		return watchers().signal();
	}

	private Watchers watchers() {
		while (true) {
			Object watch = this.watch;
			if (watch instanceof Watchers watchers) {
				return watchers;
			}
			Watchers created = new Watchers(watch == ENDED, (watch instanceof LossListener only) ? only : null);
			if (WATCH.compareAndSet(this, watch, created)) {
				return created;
			}
		}
	}

	/**
	 * The lease is lost: tells whoever runs the action or re-entered its keys, frees the
	 * keys, and delivers the loss as the result. Runs the user's code; not for a timer's
	 * thread.
	 */
	final void lose(LockLostException reason) {
		boolean wasValid = isValid();
		Deliveries deliveries = new Deliveries();
		lose(reason, deliveries);
		deliveries.runSignals();
		if (wasValid) {
			afterRelease(deliveries::runResults);
		}
		else {
			deliveries.runResults(); // the store has nothing to release
		}
	}

	final void lose(LockLostException reason, Deliveries deliveries) {
		boolean wasRunning = watchers().lose(reason, deliveries);
		if (wasRunning) {
			this.terms.lost(this);
		}
		revokeAll(wasRunning);
	}

	@Override
	public final String toString() {
		return "Lease[keys=" + keys() + ", held=" + isHeld() + "]";
	}

}
