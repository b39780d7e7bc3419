package io.github.asynclock.core;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Starts actions that have waited: on the executor, never on the thread that happened to
 * hand over, and with a bounded stack however long the queue.
 *
 * <p>
 * An executor thread that ended one action may start the next of the same key itself
 * ({@link #run}): nothing of a user's is on its stack then. From everywhere else the next
 * one is submitted. Where an executor runs a task on the submitting thread (a direct one,
 * or one that is saturated), loops nest; past a few levels the task is put aside until a
 * loop further down the stack gets to it.
 */
final class Starter {

	private static final Log logger = LogFactory.getLog(Starter.class);

	/** After so many actions in a row others get a chance at the executor's thread. */
	private static final int LONGEST_RUN = 1024;

	/** How many loops a thread may nest before it puts a task aside. */
	private static final int DEEPEST = 16;

	private static final ThreadLocal<Lane> LANE = ThreadLocal.withInitial(Lane::new);

	private final Executor executor;

	private final Executor spare;

	/**
	 * @param executor where actions start
	 * @param spare where they start if the executor rejects them (it was shut down, say):
	 * a granted key must never be stuck
	 */
	Starter(Executor executor, Executor spare) {
		this.executor = executor;
		this.spare = spare;
	}

	/**
	 * Starts a granted place soon, on another stack.
	 */
	void submit(PendingAcquire place) {
		execute(place);
	}

	/**
	 * Runs something of the engine's own on the executor, such as telling a caller.
	 */
	void execute(Runnable task) {
		try {
			this.executor.execute(task);
		}
		catch (Throwable ex) {
			// Rejected, or no thread to be had: a granted key must not be stuck.
			logger.debug("The executor did not take a task; it runs on a spare thread", ex);
			this.spare.execute(task);
		}
	}

	private void runOnSpare(Lane lane, Runnable task) {
		lane.ofStore = false; // the spare one runs it here once it is closed
		try {
			this.spare.execute(task);
		}
		finally {
			lane.ofStore = true;
		}
	}

	/**
	 * From here on this thread is the store's, or the timer's: no action may start on it,
	 * even if the executor runs what it is given on the thread that gives it.
	 * @return for {@link #leaveStore}
	 */
	static boolean enterStore() {
		Lane lane = LANE.get();
		boolean before = lane.ofStore;
		lane.ofStore = true;
		return before;
	}

	static void leaveStore(boolean before) {
		LANE.get().ofStore = before;
	}

	/**
	 * The executor's thread is here.
	 */
	void run(Step step) {
		Lane lane = LANE.get();
		if (lane.ofStore) {
			runOnSpare(lane, step);
		}
		else if (lane.depth < DEEPEST) {
			loop(lane, step);
		}
		else {
			lane.aside.add(step);
		}
	}

	private void loop(Lane lane, Step first) {
		lane.depth++;
		try {
			Step step = first;
			for (int steps = 1; step != null; steps++) {
				PendingAcquire next = start(step);
				if (next != null && (steps >= LONGEST_RUN || !next.call().runsOnExecutor())) {
					next.call().granted(next);
					next = null;
				}
				step = (next != null) ? next : lane.aside.poll();
			}
		}
		finally {
			lane.depth--;
		}
	}

	/**
	 * Starts an action. What that throws is logged: it must reach neither an executor,
	 * which would take it for a rejection, nor whoever ended the action before.
	 * @return as {@link Call#start}
	 */
	static @Nullable PendingAcquire start(Step step) {
		try {
			return step.start();
		}
		catch (Throwable ex) {
			logger.error("A locked action could not be started for " + step.key(), ex);
			return null;
		}
	}

	/** What a thread is at. */
	private static final class Lane {

		/** Whether it is not to run anything of a user's. */
		private boolean ofStore;

		/** How many loops are on its stack. */
		private int depth;

		private final ArrayDeque<Step> aside = new ArrayDeque<>(2);

	}

}
