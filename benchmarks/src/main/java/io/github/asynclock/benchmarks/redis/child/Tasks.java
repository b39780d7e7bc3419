package io.github.asynclock.benchmarks.redis.child;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.benchmarks.redis.peer.Peer;

/**
 * Tasks that begin together and ask, each for itself, one time after the other. Where the
 * peer cannot do without, each has a thread.
 */
final class Tasks {

	private static final int LONGEST_MINUTES = 3;

	private final Peer peer;

	private final CountDownLatch running;

	private volatile Throwable failure;

	Tasks(Peer peer, int count) {
		this.peer = peer;
		this.running = new CountDownLatch(count);
	}

	/**
	 * Lets a task begin.
	 * @param start when
	 */
	void begin(Task task, long start) {
		if (this.peer.needsThreads()) {
			new Thread(() -> loop(task, start)).start();
		}
		else {
			Clock.sleepUntil(start);
			next(task);
		}
	}

	private void loop(Task task, long start) {
		try {
			Clock.sleepUntil(start);
			while (task.goesOn()) {
				this.peer.call(task.key(), task::act);
			}
			this.running.countDown();
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void next(Task task) {
		try {
			if (task.goesOn()) {
				this.peer.run(task.key(), task.id(), task::actLater).whenComplete((done, ex) -> {
					if (ex != null) {
						end(ex);
					}
					else {
						next(task);
					}
				});
			}
			else {
				this.running.countDown();
			}
		}
		catch (Throwable ex) {
			end(ex);
		}
	}

	private void end(Throwable ex) {
		this.failure = ex;
		this.running.countDown();
	}

	/** Waits until all have ended. */
	void await() throws InterruptedException {
		boolean ended = this.running.await(LONGEST_MINUTES, TimeUnit.MINUTES);
		if (this.failure != null) {
			throw new IllegalStateException("A task failed", this.failure);
		}
		if (!ended) {
			throw new IllegalStateException(this.running.getCount() + " tasks still wait");
		}
	}

}
