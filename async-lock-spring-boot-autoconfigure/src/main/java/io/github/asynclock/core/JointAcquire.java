package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One try to have several keys by one command: where none of them is in use in this JVM,
 * and the store can. If one is busy elsewhere, none is held; then the call goes on one
 * key after the other.
 *
 * <p>
 * It heads all their queues while it asks, for one command's time. It never waits for a
 * key while it keeps another from someone: that is left to taking them in order.
 */
final class JointAcquire {

	private final LockEngine engine;

	private final StoreGate gate;

	private final MultiAcquire call;

	private final List<PendingAcquire> places;

	private final Attempt attempt;

	private JointAcquire(LockEngine engine, StoreGate gate, MultiAcquire call, List<PendingAcquire> places,
			Attempt attempt) {
		this.engine = engine;
		this.gate = gate;
		this.call = call;
		this.places = places;
		this.attempt = attempt;
	}

	/**
	 * Takes the places, if it is possible; to be followed by {@link #ask()}.
	 * @param places one for each key, in order
	 * @return null if it is not possible
	 */
	static @Nullable JointAcquire prepare(LockEngine engine, StoreGate gate, MultiAcquire call,
			List<PendingAcquire> places) {
		List<String> keys = new ArrayList<>(places.size());
		places.forEach((place) -> keys.add(place.key));
		if (!gate.store().grantsTogether(keys)) {
			return null;
		}
		for (int i = 0; i < places.size(); i++) {
			if (!engine.queues().enterIfFree(places.get(i))) {
				places.subList(0, i).forEach(engine::stepBack);
				return null;
			}
		}
		if (engine.isClosed()) {
			// The shutdown may have looked through the places before these were there.
			places.forEach(engine::stepBack);
			return null;
		}
		Attempt attempt = gate.store().attempt(keys, Duration.ofNanos(call.leaseNanos()), false);
		return new JointAcquire(engine, gate, call, places, attempt);
	}

	/**
	 * The call was given up: whatever the answer will be, nothing is left in the store.
	 */
	void withdraw() {
		this.gate.store().withdraw(this.attempt);
	}

	void ask() {
		this.gate.acquire(this.attempt, this::answered);
	}

	private void answered(LockStore.@Nullable Answer answer, @Nullable Throwable failure) {
		if (answer instanceof LockStore.Answer.Granted granted) {
			granted(granted.grants());
			return;
		}
		this.gate.store().withdraw(this.attempt);
		this.places.subList(1, this.places.size()).forEach(this.engine::stepBack);
		this.call.refusedTogether(this.places.get(0), failure);
	}

	private void granted(Collection<StoreGrant> grants) {
		Iterator<StoreGrant> each = grants.iterator();
		boolean all = true;
		for (PendingAcquire place : this.places) {
			boolean alive = place.grant();
			StoreGrant grant = each.next();
			if (alive) {
				this.gate.holdIfTaken(place, grant);
			}
			else {
				this.gate.hold(place, grant); // leaving it gives the grant back
			}
			all &= alive;
		}
		if (all) {
			this.call.grantedTogether(this.places);
		}
		else {
			this.places.forEach(this::giveBack);
		}
	}

	private void giveBack(PendingAcquire place) {
		if (place.state() == Link.DEAD || place.letGo()) {
			this.engine.handOver(this.engine.leave(place));
		}
	}

}
