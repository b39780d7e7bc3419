package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Extends what is held, many keys at a time, every third of a lease; and tells a holder
 * when its lease is lost: at once when the store says so, and at its local deadline when
 * nothing is known by then. Not knowing is not losing: a renewal without an answer is
 * tried again until that deadline.
 *
 * <p>
 * One alarm for all keys; none when nothing is held.
 */
final class Renewals {

	private final LockEngine engine;

	private final LockStore store;

	/** What is held: the gate's own map. */
	private final ConcurrentHashMap<Link, StoreGrant> grants;

	private final Set<StoreGrant> lost = ConcurrentHashMap.newKeySet();

	private @Nullable Alarm alarm;

	private long period;

	Renewals(LockEngine engine, LockStore store, ConcurrentHashMap<Link, StoreGrant> grants) {
		this.engine = engine;
		this.store = store;
		this.grants = grants;
	}

	/**
	 * A grant is held from now on.
	 */
	synchronized void watch(StoreGrant grant) {
		long third = grant.lease().toNanos() / 3;
		if (this.alarm == null || third < this.period) {
			schedule(third);
		}
	}

	private void schedule(long period) {
		if (this.alarm != null) {
			this.engine.wheel().remove(this.alarm);
		}
		this.period = period;
		this.alarm = new Alarm(DeadlineWheel.in(period), this::renew);
		this.engine.wheel().add(this.alarm);
	}

	/**
	 * A grant is held no longer.
	 */
	void forget(StoreGrant grant) {
		this.lost.remove(grant);
	}

	boolean isValid(StoreGrant grant) {
		return !this.lost.contains(grant) && grant.deadline() - System.nanoTime() > 0;
	}

	/**
	 * Whether a grant is good enough to be handed over.
	 */
	boolean mayHandOver(StoreGrant grant) {
		return isValid(grant) && grant.deadline() - System.nanoTime() > grant.lease().toNanos() / 2;
	}

	private void renew() {
		List<StoreGrant> held = new ArrayList<>();
		long now = System.nanoTime();
		long next = Long.MAX_VALUE >> 2;
		for (Map.Entry<Link, StoreGrant> entry : this.grants.entrySet()) {
			StoreGrant grant = entry.getValue();
			next = Math.min(next, grant.lease().toNanos() / 3);
			if (grant.deadline() - now <= 0) {
				lost(entry.getKey(), grant, "it could not be renewed in time");
			}
			else {
				next = Math.min(next, grant.deadline() - now);
				held.add(grant);
			}
		}
		synchronized (this) {
			this.alarm = null;
			if (!this.grants.isEmpty()) {
				schedule(next);
			}
		}
		if (!held.isEmpty()) {
			this.store.renew(held).whenComplete((gone, failure) -> {
				if (gone != null) {
					gone(gone);
				}
			});
		}
	}

	private void gone(Collection<StoreGrant> gone) {
		for (Map.Entry<Link, StoreGrant> entry : this.grants.entrySet()) {
			if (gone.contains(entry.getValue())) {
				lost(entry.getKey(), entry.getValue(), "the store no longer has it for this holder");
			}
		}
	}

	private void lost(Link place, StoreGrant grant, String why) {
		this.lost.add(grant);
		HeldLease lease = place.lease();
		// One that is still being filled finds out by itself before it starts.
		if (lease != null && lease.isComplete()) {
			this.engine.lose(lease, Messages.lostAtStore(lease.keys(), why));
		}
	}

}
