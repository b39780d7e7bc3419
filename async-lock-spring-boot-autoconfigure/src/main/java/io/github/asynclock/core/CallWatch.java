package io.github.asynclock.core;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockException;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.core.EngineObserver.CallObserver;
import io.github.asynclock.core.EngineObserver.WaitOutcome;

/**
 * Tells the observer of one call: of the end of its wait once, and of the end of its hold
 * once, whoever finds out first. A call that is granted while its service closes is told
 * of both. Its monitor keeps the two in order, and is this call's alone.
 */
final class CallWatch {

	private static final int WAITS = 0;

	private static final int HOLDS = 1;

	private static final int OVER = 2;

	private final CallObserver observer;

	private int state = WAITS;

	CallWatch(CallObserver observer) {
		this.observer = observer;
	}

	synchronized void granted() {
		if (this.state == WAITS) {
			this.state = HOLDS;
			this.observer.waited(WaitOutcome.GRANTED);
		}
	}

	synchronized void ended(boolean lost) {
		if (this.state == HOLDS) {
			this.state = OVER;
			this.observer.held(lost);
		}
	}

	synchronized void notGranted(WaitOutcome outcome) {
		if (this.state == WAITS) {
			this.state = OVER;
			this.observer.waited(outcome);
		}
		else {
			ended(false); // granted, but not started
		}
	}

	static WaitOutcome outcome(LockException reason) {
		if (reason instanceof LockRejectedException) {
			return WaitOutcome.REJECTED;
		}
		if (reason instanceof LockDeadlockException) {
			return WaitOutcome.DEADLOCK;
		}
		return (reason instanceof LockClosedException) ? WaitOutcome.CLOSED : WaitOutcome.UNAVAILABLE;
	}

}
