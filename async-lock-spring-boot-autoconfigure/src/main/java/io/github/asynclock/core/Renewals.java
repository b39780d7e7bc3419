package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * Extends what is held, many keys at a time, every third of a lease; and tells a holder
 * when its lease is lost: at once when the store says so, and at its local deadline when
 * nothing is known by then. Not knowing is not losing: a renewal without an answer is
 * tried again until that deadline.
 *
 * <p>
 * One alarm for all keys; none when nothing is held. A round takes along what is due soon
 * after, so that keys that were taken one by one are renewed together.
 */
final class Renewals {

	private static final int BATCH = 256;

	private static final long NEVER = Long.MAX_VALUE;

	/** Of the lease: what is due within this is renewed now. */
	private static final int SLACK = 12;

	private static final long LONGEST_SLACK = 1_000_000_000L;

	private final LockEngine engine;

	private final LockStore store;

	/** What is held: the gate's own. */
	private final Collection<Holding> holdings;

	private @Nullable Alarm alarm;

	/** When the alarm is due; only read without the monitor. */
	private volatile long alarmAt = NEVER;

	Renewals(LockEngine engine, LockStore store, Collection<Holding> holdings) {
		this.engine = engine;
		this.store = store;
		this.holdings = holdings;
	}

	/**
	 * A grant is held from now on, and among the holdings already.
	 */
	void watch(Holding holding) {
		wakeAt(holding.renewAt());
	}

	private void wakeAt(long at) {
		long planned = this.alarmAt;
		if (planned == NEVER || at - planned < 0) {
			plan(at);
		}
	}

	private synchronized void plan(long at) {
		if (this.alarm != null && at - this.alarmAt >= 0) {
			return;
		}
		if (this.alarm != null) {
			this.engine.wheel().remove(this.alarm);
		}
		this.alarm = new Alarm(at, this::round);
		this.alarmAt = at;
		this.engine.wheel().add(this.alarm);
	}

	/** Forgets the alarm first: one that comes to be held from here on plans its own. */
	private void round() {
		synchronized (this) {
			this.alarm = null;
			this.alarmAt = NEVER;
		}
		long now = System.nanoTime();
		List<Holding> due = new ArrayList<>();
		for (Holding holding : this.holdings) {
			if (holding.isLeaving()) {
				continue;
			}
			if (!holding.isValid()) {
				lost(holding, "it could not be renewed in time");
				continue;
			}
			if (!holding.renewing && holding.renewAt() - now <= slack(holding)) {
				holding.renewing = true;
				due.add(holding);
			}
			wakeAt(holding.renewing ? holding.grant.deadline() : holding.renewAt());
		}
		for (int from = 0; from < due.size(); from += BATCH) {
			renew(due.subList(from, Math.min(due.size(), from + BATCH)));
		}
	}

	private static long slack(Holding holding) {
		return Math.min(LONGEST_SLACK, holding.grant.lease().toNanos() / SLACK);
	}

	private void renew(List<Holding> batch) {
		List<StoreGrant> grants = new ArrayList<>(batch.size());
		batch.forEach((holding) -> grants.add(holding.grant));
		long[] deadlines = grants.stream().mapToLong(StoreGrant::deadline).toArray();
		CompletionStage<? extends Collection<StoreGrant>> renewed;
		try {
			renewed = this.store.renew(grants);
		}
		catch (Throwable ex) {
			renewed = CompletableFuture.failedFuture(ex);
		}
		renewed.whenComplete((gone, failure) -> answered(batch, deadlines, gone));
	}

	/**
	 * @param before what the deadlines were: not being lost is not being renewed, as a
	 * node of a cluster may be silent
	 * @param gone null if it is not known
	 */
	private void answered(List<Holding> batch, long[] before, @Nullable Collection<StoreGrant> gone) {
		long now = System.nanoTime();
		Set<StoreGrant> lost = (gone == null || gone.isEmpty()) ? Set.of() : new HashSet<>(gone);
		long next = NEVER;
		int renewed = 0;
		for (int i = 0; i < before.length; i++) {
			Holding holding = batch.get(i);
			holding.renewing = false;
			if (lost.contains(holding.grant)) {
				lost(holding, "the store no longer has it for this holder");
				continue;
			}
			renewed += (holding.grant.deadline() - before[i] > 0) ? 1 : 0;
			// What is still due was not renewed: not at once again.
			long at = holding.renewAt();
			at = (at - now > 0) ? at : now + slack(holding);
			next = (next == NEVER || at - next < 0) ? at : next;
		}
		if (next != NEVER) {
			wakeAt(next);
		}
		if (renewed > 0) {
			this.engine.observer().renewed(renewed);
		}
	}

	private void lost(Holding holding, String why) {
		holding.lost();
		HeldLease lease = holding.place.lease();
		// One that is still being filled finds out by itself before it starts.
		if (lease != null && lease.isComplete()) {
			this.engine.lose(lease, Messages.lostAtStore(lease.keys(), why));
		}
	}

}
