package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/**
 * What all calls of one service share: the queues and how a place in them is taken,
 * waited for, left and handed over.
 */
final class LockEngine {

	private static final Log logger = LogFactory.getLog(LockEngine.class);

	private static final long TELLING_SECONDS = 2;

	private final KeyQueues queues;

	private final DeadlineWheel wheel = new DeadlineWheel("async-lock-timer");

	private final HoldTerms plainTerms = new HoldTerms(this);

	private final LockStore store;

	/** Null where the store grants at once. */
	private final @Nullable StoreGate gate;

	private final Inspector inspector;

	private final Settings settings;

	private final @Nullable WaiterLimit limit;

	private final Starter starter;

	private final Spare spare;

	private final ContextCarrier carrier;

	private final Listeners listeners;

	private final Drain drain;

	private final Deadlocks deadlocks = new Deadlocks();

	private final LeastHolds leastHolds = new LeastHolds();

	private final Rests rests = new Rests(this);

	private final ForcedRelease forcedRelease = new ForcedRelease(this);

	/** Null where no caller is in any. */
	private final @Nullable UnitsOfWork units;

	LockEngine(KeyQueues queues, LockStore store, Settings settings, Starter starter, Spare spare,
			ContextCarrier carrier, Listeners listeners, @Nullable UnitsOfWork units) {
		this.units = units;
		this.queues = queues;
		this.store = store;
		this.settings = settings;
		this.limit = (settings.maxWaitersPerKey() > 0) ? new WaiterLimit(settings.maxWaitersPerKey()) : null;
		this.starter = starter;
		this.spare = spare;
		this.carrier = carrier;
		this.listeners = listeners;
		this.drain = new Drain(this.queues);
		this.gate = store.grantsAtOnce() ? null : new StoreGate(this, store);
		this.inspector = new Inspector(queues, this.gate);
	}

	DeadlineWheel wheel() {
		return this.wheel;
	}

	Starter starter() {
		return this.starter;
	}

	Settings settings() {
		return this.settings;
	}

	ContextCarrier carrier() {
		return this.carrier;
	}

	Listeners listeners() {
		return this.listeners;
	}

	KeyQueues queues() {
		return this.queues;
	}

	CompletionStage<Boolean> isLocked(String key) {
		if (this.gate == null || this.queues.isBusy(key)) {
			return CompletableFuture.completedFuture(this.queues.isBusy(key));
		}
		CompletableFuture<Boolean> result = new CompletableFuture<>();
		// Not on the store's thread: what comes next is the user's code.
		this.store.isLocked(key).whenComplete((locked, failure) -> tell(() -> {
			if (failure == null) {
				result.complete(locked);
			}
			else {
				result.completeExceptionally(Messages.unavailable(List.of(key), failure));
			}
		}));
		return result;
	}

	/**
	 * The terms of a call of this thread.
	 */
	HoldTerms terms(String key, @Nullable LockRequest request) {
		UnitOfWork work = CallersWork.ofThread(this.units);
		return (work == null && isPlain(request)) ? this.plainTerms : watched(List.of(key), request, work, null);
	}

	/**
	 * The terms of a call of this thread.
	 */
	HoldTerms terms(LockRequest request) {
		return terms(request, CallersWork.ofThread(this.units), null);
	}

	/**
	 * The terms of a subscriber.
	 */
	HoldTerms terms(LockRequest request, ContextView context) {
		return terms(request, CallersWork.of(this.units, context), context);
	}

	private HoldTerms terms(LockRequest request, @Nullable UnitOfWork work, @Nullable ContextView context) {
		return (work == null && isPlain(request)) ? this.plainTerms : watched(request.keys(), request, work, context);
	}

	private WatchedTerms watched(List<String> keys, @Nullable LockRequest request, @Nullable UnitOfWork work,
			@Nullable ContextView context) {
		String name = (request != null) ? request.name() : null;
		return new WatchedTerms(this, keys, request, work, observer().asked(name, keys, context));
	}

	EngineObserver observer() {
		return this.listeners.observer();
	}

	private boolean isPlain(@Nullable LockRequest request) {
		return this.listeners.isEmpty()
				&& (request == null || (request.holdAtMost() == null && request.holdAtLeast() == null));
	}

	/**
	 * Takes one key without waiting: by re-entering it, or because nobody uses it.
	 * @return null if it is taken
	 * @throws LockException if the service is shutting down, or the key was lost again
	 * before the action could start
	 */
	@Nullable SoloLease takeNow(String key, HoldTerms terms, @Nullable HeldLease scope) {
		if (scope != null || terms.work != null) {
			SoloLease again = reenter(key, terms, scope);
			if (again != null) {
				return begun(again);
			}
		}
		if (this.gate != null) {
			requireOpen(List.of(key));
			return null;
		}
		SoloLease lease = new SoloLease(key, scope, terms);
		if (!this.queues.enterIfFree(lease)) {
			requireOpen(List.of(key));
			return null;
		}
		if (this.drain.isClosed()) {
			if (lease.letGo()) {
				handOver(leave(lease));
			}
			throw Messages.closed(List.of(key));
		}
		lease.token(this.store.grantNow(key));
		return (terms != this.plainTerms) ? begun(lease) : lease;
	}

	private SoloLease begun(SoloLease lease) {
		LockException refusal = begin(lease);
		if (refusal != null) {
			throw refusal;
		}
		return lease;
	}

	/**
	 * A lease has its keys: tells so, unless it was lost meanwhile.
	 * @return null if its action may start; else why not: then nothing is held
	 */
	@Nullable LockException begin(HeldLease lease) {
		if (!lease.isHeld()) {
			drop(lease);
			return tooLate(lease.keys());
		}
		try {
			lease.terms.granted(lease);
		}
		catch (Throwable ex) {
			drop(lease); // no action will ever give the keys back
			logger.error("A call could not be started for " + lease.keys() + "; it is told, and the lock goes on", ex);
			return Messages.notStarted(lease.keys(), ex);
		}
		if (lease.terms == this.plainTerms || lease.isHeld()) {
			return null;
		}
		// Telling takes its time. Who heard of the grant hears of the loss first.
		lease.terms.unused();
		if (lease.end()) {
			handOver(lease.giveBackUnwanted()); // its renewal was answered just now
		}
		else {
			lease.terms.lost(lease);
		}
		return tooLate(lease.keys());
	}

	private LockException tooLate(Collection<String> keys) {
		return this.drain.isClosed() ? Messages.closed(keys) : Messages.startedTooLate(keys);
	}

	private void drop(HeldLease lease) {
		lease.terms.unused();
		if (lease.endUnchecked()) {
			handOver(lease.letGoAll());
		} // else it went with the loss
	}

	private @Nullable SoloLease reenter(String key, HoldTerms terms, @Nullable HeldLease scope) {
		HeldLease holder = LockScope.holder(scope, this, key);
		SoloLease again = (holder != null) ? ReenteredLease.of(holder, key, scope, terms) : null;
		HeldLease kept = (again == null) ? LockScope.retainKept(scope, terms, key) : null;
		return (kept != null) ? ReenteredLease.retained(kept, key, scope, terms) : again;
	}

	/**
	 * Takes a place or waits for it.
	 * @param deadline when to give up, on the wheel's clock
	 * @param wait whether to wait at all
	 * @return true if it was granted here and now: the caller of this starts it. Else the
	 * place's call is told, perhaps before this returns
	 */
	boolean take(PendingAcquire place, long deadline, boolean wait) {
		Call call = place.call(); // once it waits, it may be started at any moment
		place.deadline = deadline;
		if ((!wait || this.limit != null) && this.queues.enterIfFree(place)) {
			return head(place, wait);
		}
		if (!wait) {
			if (place.die()) {
				refuse(place, null);
			}
			return false;
		}
		if (this.limit != null && !this.limit.enter(place)) {
			if (place.die()) {
				refuse(place, this.limit.rejection(place));
			}
			return false;
		}
		if (this.queues.enter(place)) {
			noLongerWaits(place);
			return head(place, true);
		}
		keepTime(place);
		if (call.scope() != null || call.terms().work != null || !call.heldMeanwhile().isEmpty()) {
			waitsNested(place, call);
		}
		return false;
	}

	/** It waits while its flow holds something, or is part of a unit of work. */
	private void waitsNested(PendingAcquire place, Call call) {
		if (call.isWithinWork()) {
			LockScope.waits(place, call.scope(), call.terms());
		}
		LockDeadlockException deadlock = this.deadlocks.waits(place, call);
		if (deadlock != null && place.die()) {
			left(place);
			call.refused(deadlock);
		}
	}

	/**
	 * @param reason null: the wait time, which is zero
	 */
	private void refuse(PendingAcquire place, @Nullable LockException reason) {
		Call call = place.call();
		if (this.drain.isClosed()) {
			call.refused(Messages.closed(call.keys()));
		}
		else if (reason != null) {
			call.refused(reason);
		}
		else {
			call.timedOut();
		}
	}

	/**
	 * Tries to take several keys by one command.
	 * @param places one for each key
	 * @return null if that is not possible; else what is to be asked
	 */
	@Nullable JointAcquire joint(MultiAcquire call, List<PendingAcquire> places) {
		if (this.gate == null || this.drain.isClosed()) {
			return null;
		}
		return JointAcquire.prepare(this, this.gate, call, places);
	}

	/**
	 * Asks for a place that heads its queue already, until its deadline.
	 */
	void waitAsFirst(PendingAcquire place) {
		if (this.gate != null) {
			this.gate.ask(place, true);
			keepTime(place);
		}
	}

	/**
	 * A place that heads its queue leaves it without having held the key.
	 */
	void stepBack(PendingAcquire place) {
		place.die();
		handOver(headLeft(place));
	}

	/** Watches the deadline of a place that has entered its queue. */
	private void keepTime(PendingAcquire place) {
		this.wheel.add(place);
		int state = place.state();
		if (state == Link.DEAD) {
			// Withdrawn while it entered: the one who did may not have seen all of it.
			left(place);
		}
		else if (state != Link.WAITING) {
			this.wheel.remove(place);
		}
		else if (this.drain.isClosed() && place.die()) {
			left(place);
			tell(() -> place.call().refused(Messages.closed(place.call().keys())));
		}
	}

	private boolean head(PendingAcquire place, boolean wait) {
		if (this.drain.isClosed() && place.die()) {
			left(place);
			handOver(headLeft(place));
			place.call().refused(Messages.closed(place.call().keys()));
			return false;
		}
		if (this.gate != null) {
			this.gate.ask(place, wait);
			if (wait) {
				keepTime(place);
			}
			return false;
		}
		if (place.grant()) {
			return true;
		}
		// Withdrawn at this very moment.
		handOver(headLeft(place));
		return false;
	}

	/** One that headed its queue has left it without ever holding the key. */
	private @Nullable PendingAcquire headLeft(PendingAcquire place) {
		if (this.gate != null) {
			this.gate.serve(this.queues.next(place));
			return null;
		}
		PendingAcquire next = this.queues.leave(place);
		if (next != null) {
			granted(next);
		}
		return next;
	}

	/**
	 * Whether the action of a granted place may start; if not, its call is told and the
	 * key given back.
	 */
	boolean mayStart(PendingAcquire place, Call call) {
		if (place.isTaken() && isValid(place)) {
			return true;
		}
		if (place.letGo()) {
			handOver(leave(place));
		}
		call.refused(tooLate(call.keys()));
		return false;
	}

	/**
	 * The fencing token of a place that was granted just now.
	 */
	long token(Link place) {
		return (this.gate != null) ? this.gate.token(place) : this.store.grantNow(place.key);
	}

	/**
	 * Whether a place's grant is good by this JVM's own clock.
	 */
	boolean isValid(Link place) {
		return this.gate == null || this.gate.isValid(place);
	}

	/**
	 * A waiting place was withdrawn or timed out.
	 */
	void left(PendingAcquire place) {
		this.queues.unlink(place);
		this.wheel.remove(place);
		noLongerWaits(place);
		if (this.gate != null) {
			this.gate.left(place);
		}
	}

	/**
	 * A place's wait time ended.
	 */
	void expired(PendingAcquire place) {
		Call call = place.call();
		Throwable failure = (this.gate != null) ? this.gate.failure(place.key) : null;
		left(place);
		if (failure == null) {
			tell(call::timedOut);
		}
		else {
			tell(() -> call.refused(Messages.unavailable(call.keys(), failure)));
		}
	}

	/**
	 * A place that waited was granted: it waits no longer.
	 */
	void granted(PendingAcquire place) {
		this.wheel.remove(place);
		noLongerWaits(place);
	}

	/**
	 * A place that held its key leaves it to the next.
	 * @return the waiter that was granted in its stead and has to be started
	 */
	@Nullable PendingAcquire leave(Link place) {
		return leave(place, Duration.ZERO);
	}

	private @Nullable PendingAcquire leave(Link place, Duration rest) {
		PendingAcquire next = (this.gate != null) ? this.gate.leave(place, rest) : this.queues.leave(place);
		if (next != null) {
			granted(next);
		}
		this.drain.left(place);
		return next;
	}

	Deadlocks deadlocks() {
		return this.deadlocks;
	}

	private void noLongerWaits(PendingAcquire place) {
		this.deadlocks.left(place);
		if (this.limit != null) {
			this.limit.leave(place);
		}
	}

	void handOver(@Nullable PendingAcquire next) {
		if (next != null) {
			next.call().granted(next);
		}
	}

	/**
	 * Nobody holds a place any more: leaves it, once its least hold is over.
	 * @param restNanos how long that goes on, by the place's own grant
	 * @return as {@link #leave(Link)}
	 */
	@Nullable PendingAcquire vacate(Link place, long restNanos) {
		long rest = this.leastHolds.vacated(place, restNanos);
		if (rest == 0 || (this.gate == null && this.drain.isClosed())) {
			return leave(place);
		}
		if (this.gate != null) {
			return leave(place, Duration.ofNanos(rest));
		}
		this.rests.begin(place, rest);
		return null;
	}

	LeastHolds leastHolds() {
		return this.leastHolds;
	}

	/**
	 * Tells a caller something, on a thread where that may run the user's code.
	 */
	void tell(Runnable telling) {
		this.spare.execute(telling);
	}

	void lose(HeldLease lease, LockLostException reason) {
		tell(() -> lease.lose(reason));
	}

	Inspector inspector() {
		return this.inspector;
	}

	Rests rests() {
		return this.rests;
	}

	ForcedRelease forcedRelease() {
		return this.forcedRelease;
	}

	LockStore store() {
		return this.store;
	}

	boolean isClosed() {
		return this.drain.isClosed();
	}

	void requireOpen(Collection<String> keys) {
		if (this.drain.isClosed()) {
			throw Messages.closed(keys);
		}
	}

	/**
	 * Refuses new calls and those that wait.
	 * @return completes when the actions that run have ended
	 */
	CompletableFuture<Void> shutdown() {
		return this.drain.begin((waiter) -> {
			if (waiter.die()) {
				left(waiter);
				tell(() -> waiter.call().refused(Messages.closed(waiter.call().keys())));
			}
		});
	}

	/**
	 * Tells what still runs that its lease is lost, frees its keys, and lets go of all
	 * resources.
	 */
	void abandon() {
		List<CompletableFuture<Void>> told = new ArrayList<>();
		this.drain.abandon(
				(lease) -> told
					.add(CompletableFuture.runAsync(() -> lease.lose(Messages.abandoned(lease.keys())), this.spare)),
				(place) -> handOver(leave(place)), (call) -> told
					.add(CompletableFuture.runAsync(() -> call.refused(Messages.closed(call.keys())), this.spare)));
		// Long enough for all that do not block; one that does must not hang the
		// shutdown.
		CompletableFuture<Void> all = CompletableFuture.allOf(told.toArray(CompletableFuture[]::new));
		if (this.gate != null) {
			// An action that ends just now may not have given back its key yet.
			all = all.thenCombine(this.gate.released(), (ended, released) -> ended);
		}
		if (!Schedulers.isInNonBlockingThread()) {
			all.completeOnTimeout(null, TELLING_SECONDS, TimeUnit.SECONDS).exceptionally((failure) -> null).join();
		}
		this.wheel.close();
		this.store.close();
		this.spare.close();
	}

}
