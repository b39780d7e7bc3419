package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;

/**
 * A call that has waited in the queue of a key, and gets it by re-entering what its unit
 * of work keeps.
 *
 * @param place where it has waited; dead now
 * @param keeper keeps the key, which is retained for this call
 */
record Reentry(PendingAcquire place, HeldLease keeper) implements Step {

	/**
	 * Starts it soon: on the executor, or by the thread that waits for it.
	 */
	void submit() {
		Call call = this.place.call();
		LockEngine engine = call.terms().engine();
		if (call.runsOnExecutor()) {
			engine.starter().execute(this);
		}
		else {
			engine.handOver(Starter.start(this)); // its own thread runs the action
		}
	}

	@Override
	public void run() {
		this.place.call().terms().engine().starter().run(this);
	}

	@Override
	public String key() {
		return this.place.key;
	}

	@Override
	public @Nullable PendingAcquire start() {
		return this.place.call().reenter(this.keeper, this.place.key);
	}

}
