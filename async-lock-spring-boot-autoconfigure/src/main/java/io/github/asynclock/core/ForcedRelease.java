package io.github.asynclock.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

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
		HeldLease lease = complete(place.lease());
		if (lease != null) {
			return lose(lease, place);
		}
		boolean revoked = place.revoke();
		if (revoked) {
			this.engine.handOver(this.engine.leave(place)); // its call finds out
		}
		lease = complete(place.lease());
		if (lease != null) {
			lose(lease, place); // it has started at this very moment
		}
		return revoked;
	}

	private static @Nullable HeldLease complete(@Nullable HeldLease lease) {
		return (lease != null && lease.isComplete()) ? lease : null;
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
