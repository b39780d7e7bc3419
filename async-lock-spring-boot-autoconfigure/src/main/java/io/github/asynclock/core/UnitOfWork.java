package io.github.asynclock.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a caller does as one, such as a transaction: keys that are taken within are kept
 * until it has ended. Released with their actions, they would let others see the state
 * before the commit.
 *
 * <p>
 * It keeps a key the way a child does that outlives its parent: its own lease counts as
 * one more that keeps the place held. So an action that still runs when the unit of work
 * ends has the key until it ends itself, and the last of the two hands over.
 *
 * <p>
 * The calls of one unit of work re-enter what it keeps, but exclude each other: only
 * while <em>nobody else</em> keeps the place held may one of them re-enter
 * ({@link Link#retainAlone()}). One that comes earlier waits in the key's queue as anyone
 * does, and is noted here. When the running one ends, the first that is noted gets the
 * key, out of the queue's order: all before it wait for this unit of work, which may be
 * waiting for it. A key that is to be held for some time at least, by whichever of its
 * calls, is not re-entered before that: first-wins is for callers in one transaction,
 * too.
 *
 * <p>
 * Its monitor orders these: what is kept, who waits, and who is next of them. Nothing is
 * called under it that calls back.
 */
public final class UnitOfWork {

	private static final Log logger = LogFactory.getLog(UnitOfWork.class);

	/** Suspended for this one. */
	final @Nullable UnitOfWork outer;

	/** In the order in which they were taken. */
	private final Map<Name, MultiLease> kept = new LinkedHashMap<>();

	private final Map<Name, Queue<PendingAcquire>> waiting = new HashMap<>();

	/** Of keys that are waited for, and have to rest. */
	private final Map<Name, Alarm> alarms = new HashMap<>();

	private boolean ended;

	private UnitOfWork(@Nullable UnitOfWork outer, boolean ended) {
		this.outer = outer;
		this.ended = ended;
	}

	/**
	 * One that has begun just now.
	 * @param outer the one that is suspended for it, whose keys it may re-enter, as it
	 * would wait for itself; null if there is none
	 */
	public static UnitOfWork begin(@Nullable UnitOfWork outer) {
		return new UnitOfWork(outer, false);
	}

	/**
	 * None at present, while another is suspended: keeps nothing, and re-enters the keys
	 * of that one.
	 */
	public static UnitOfWork none(UnitOfWork suspended) {
		return new UnitOfWork(suspended, true);
	}

	/**
	 * It has ended, however it did: lets go of all keys, in reverse order. Only the first
	 * call does something. Runs nothing of the user's, unless the executor does so on the
	 * calling thread.
	 * @return completes, never with a failure, when the store has released the keys or
	 * that was attempted; perhaps on the store's thread, where nothing of the user's may
	 * run
	 */
	public CompletionStage<Void> end() {
		List<MultiLease> leases;
		synchronized (this) {
			this.ended = true;
			leases = new ArrayList<>(new LinkedHashSet<>(this.kept.values()));
			this.kept.keySet().forEach((name) -> name.engine().deadlocks().keptNoLonger(name.key(), this));
			this.kept.clear();
			this.waiting.clear();
			this.alarms.forEach((name, alarm) -> name.engine().wheel().remove(alarm));
			this.alarms.clear();
		}
		Collections.reverse(leases);
		List<CompletableFuture<Void>> released = new ArrayList<>();
		// The thread may still be the transaction's: the next action must not start on
		// it.
		boolean before = Starter.enterStore();
		try {
			leases.forEach((lease) -> releaseSafely(lease, released::add));
		}
		finally {
			Starter.leaveStore(before);
		}
		return CompletableFuture.allOf(released.toArray(CompletableFuture[]::new));
	}

	/** Whatever it throws, the others are released. */
	private static void releaseSafely(MultiLease lease, Consumer<CompletableFuture<Void>> released) {
		try {
			release(lease, released);
		}
		catch (RuntimeException ex) {
			logger.error("The lock of " + lease.keys() + " could not be released after its transaction", ex);
		}
	}

	private static void release(MultiLease lease, Consumer<CompletableFuture<Void>> released) {
		if (!lease.end()) {
			return; // lost: said already
		}
		lease.giveBack();
		CompletionStage<Boolean> releasing = lease.releasing();
		if (releasing == null) {
			return;
		}
		CompletableFuture<Void> answered = new CompletableFuture<>();
		released.accept(answered);
		releasing.whenComplete((held, failure) -> {
			if (failure == null && !held) {
				warn(lease, "the store no longer had it when that ended");
			}
			answered.complete(null);
		});
	}

	private static void warn(HeldLease lease, String why) {
		logger.warn("The lock of " + lease.keys() + " was lost before the transaction ended that it was kept for: "
				+ why + ". Others may have seen, or may have changed, what that transaction changes. Check the "
				+ "fencing token where it matters, make transactions shorter, or the lease longer");
	}

	/**
	 * Keeps the keys that a lease has taken, before its action starts. Where this has
	 * ended by now, the action is not part of it any more.
	 */
	void keep(HeldLease lease) {
		if (lease.owned() == 0) {
			return; // whoever took them keeps them, or needs not
		}
		List<String> own = lease.keys().stream().filter((key) -> lease.owner(key) == lease).toList();
		MultiLease keeper = new MultiLease(own, null, new KeptTerms(lease.terms.engine()));
		for (String key : own) {
			if (!keeper.reenter(lease, key)) {
				keeper.abort();
				return; // lost just now
			}
		}
		if (add(keeper)) {
			keeper.complete();
		}
		else {
			keeper.abort();
		}
	}

	private synchronized boolean add(MultiLease keeper) {
		if (!this.ended) {
			LockEngine engine = keeper.terms.engine();
			for (String key : keeper.keys()) {
				this.kept.put(new Name(engine, key), keeper);
				engine.deadlocks().kept(key, this);
			}
		}
		return !this.ended;
	}

	/**
	 * The unit of work that keeps a key: this one, or one that is suspended for it; null
	 * if none does.
	 */
	@Nullable UnitOfWork keeper(Name name) {
		for (UnitOfWork at = this; at != null; at = at.outer) {
			if (at.keeps(name)) {
				return at;
			}
		}
		return null;
	}

	synchronized boolean keeps(Name name) {
		MultiLease keeper = this.kept.get(name);
		return keeper != null && keeper.isRunning();
	}

	/**
	 * Re-enters a key that is kept here.
	 * @return who keeps it, with the place retained for the caller of this; null if
	 * another call has it now or is next, or it is not kept any more
	 */
	synchronized @Nullable HeldLease retain(Name name) {
		return (firstWaiting(name) != null) ? null : retainAlone(name);
	}

	/** Forgets those before it, which do not wait any more. */
	private @Nullable PendingAcquire firstWaiting(Name name) {
		Queue<PendingAcquire> queue = this.waiting.get(name);
		PendingAcquire first = (queue != null) ? queue.peek() : null;
		while (queue != null && first != null && first.state() != Link.WAITING) {
			queue.remove();
			first = queue.peek();
		}
		if (first == null) {
			this.waiting.remove(name);
		}
		return first;
	}

	private @Nullable HeldLease retainAlone(Name name) {
		MultiLease keeper = this.kept.get(name);
		// Its time may be over, though nobody has noticed yet.
		Link place = (keeper != null && keeper.isHeld()) ? keeper.place(name.key()) : null;
		return (place != null && restNanos(name) == 0 && place.retainAlone()) ? keeper : null;
	}

	private long restNanos(Name name) {
		MultiLease keeper = this.kept.get(name);
		Link place = (keeper != null) ? keeper.place(name.key()) : null;
		return (keeper != null && place != null)
				? Math.max(keeper.owner(name.key()).terms.restNanos(), name.engine().leastHolds().restNanos(place)) : 0;
	}

	/**
	 * Notes a place that waits; it may be its turn.
	 */
	void waits(PendingAcquire place, Name name) {
		note(place, name);
		serve(name);
	}

	private synchronized void note(PendingAcquire place, Name name) {
		if (this.ended) {
			return;
		}
		firstWaiting(name);
		this.waiting.computeIfAbsent(name, (any) -> new ArrayDeque<>()).add(place);
	}

	/**
	 * A key may have become free for the calls of this unit of work: the first of them
	 * that waits gets it.
	 */
	void serve(Name name) {
		HeldLease keeper;
		PendingAcquire next = null;
		synchronized (this) {
			boolean isWaitedFor = firstWaiting(name) != null;
			if (isWaitedFor && restNanos(name) > 0) {
				serveLater(name);
				return;
			}
			keeper = isWaitedFor ? retainAlone(name) : null;
			if (keeper != null) {
				next = kill(name);
			}
		}
		if (keeper == null) {
			return;
		}
		if (next != null) {
			start(next, keeper);
		}
		else {
			ReenteredLease.letGo(keeper, name.key());
			serve(name); // one that came meanwhile found it taken
		}
	}

	/** By one alarm, however many look meanwhile. */
	private void serveLater(Name name) {
		if (!this.alarms.containsKey(name)) {
			LockEngine engine = name.engine();
			Alarm alarm = new Alarm(DeadlineWheel.in(restNanos(name)), () -> engine.tell(() -> rested(name)));
			this.alarms.put(name, alarm);
			engine.wheel().add(alarm);
		}
	}

	private void rested(Name name) {
		synchronized (this) {
			this.alarms.remove(name);
		}
		serve(name);
	}

	/** It does not wait in the key's queue any more; whoever was first tells its call. */
	private @Nullable PendingAcquire kill(Name name) {
		PendingAcquire first = firstWaiting(name);
		while (first != null && !first.die()) {
			first = firstWaiting(name);
		}
		return first;
	}

	private static void start(PendingAcquire place, HeldLease keeper) {
		place.call().terms().engine().left(place);
		new Reentry(place, keeper).submit();
	}

	/**
	 * A key of one engine.
	 */
	record Name(LockEngine engine, String key) {

	}

	/** The terms of the lease by which a unit of work keeps keys. */
	private static final class KeptTerms extends HoldTerms {

		private KeptTerms(LockEngine engine) {
			super(engine);
		}

		@Override
		void lost(HeldLease lease) {
			warn(lease, String.valueOf(lease.loss().getMessage()));
		}

	}

}
