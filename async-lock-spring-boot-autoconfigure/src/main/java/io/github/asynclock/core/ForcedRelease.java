package io.github.asynclock.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes a key away from whoever has it: an action, which is told that its lease is lost;
 * a call that was granted and has not started; a least hold that outlives its action.
 */
final class ForcedRelease {

	private final LockEngine engine;

	ForcedRelease(LockEngine engine) {
		this.engine = engine;
	}

	/**
	 * Releases a key, held here or elsewhere.
	 * @return whether somebody had it
	 */
	CompletionStage<Boolean> release(String key) {
		Link place = this.engine.inspector().head(key);
		if (place == null || (!place.isTaken() && !this.engine.rests().contains(place))) {
			return this.engine.store().forceRelease(key);
		}
		CompletableFuture<Boolean> taken = new CompletableFuture<>();
		this.engine.tell(() -> {
			try {
				taken.complete(takeAway(place));
			}
			catch (Throwable ex) {
				taken.completeExceptionally(ex);
			}
		});
		// One that left just now has made room for another.
		return taken.thenCompose((done) -> done ? CompletableFuture.completedFuture(true) : release(key));
	}

	private boolean takeAway(Link place) {
		if (!place.isTaken()) {
			return this.engine.rests().end(place);
		}
		HeldLease lease = place.lease();
		if (lease != null && lease.isComplete()) {
			return lose(lease, place);
		}
		return revoke(place);
	}

	/** Nobody has started with this place yet: its call finds out. */
	private boolean revoke(Link place) {
		List<Link> own = List.of(place);
		this.engine.leastHolds().waive(own);
		boolean revoked = place.revoke();
		HeldLease lease = place.lease();
		try {
			if (lease != null && lease.isComplete()) {
				lose(lease, place); // it has at this very moment: told before the next
			}
		}
		finally {
			if (revoked) {
				this.engine.handOver((lease != null) ? lease.terms.vacate(place) : this.engine.leave(place));
			}
			this.engine.leastHolds().waiveNoLonger(own);
		}
		return revoked;
	}

	private boolean lose(HeldLease lease, Link place) {
		List<Link> own = lease.ownPlaces();
		this.engine.leastHolds().waive(own);
		try {
			boolean held = place.isTaken();
			lease.lose(Messages.forced(lease.keys()));
			return held;
		}
		finally {
			this.engine.leastHolds().waiveNoLonger(own);
		}
	}

}
