package io.github.asynclock.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * JVMs that wait for work, as starting one takes longer than most tests. Those that were
 * not killed serve one test after the other, with a new lock service each time.
 */
final class Workers {

	private static final Deque<WorkerProcess> IDLE = new ArrayDeque<>();

	private Workers() {
	}

	static List<WorkerProcess> take(int count) {
		List<WorkerProcess> taken = new ArrayList<>();
		List<WorkerProcess> started = new ArrayList<>();
		synchronized (IDLE) {
			while (taken.size() < count) {
				WorkerProcess worker = IDLE.poll();
				if (worker == null) {
					worker = new WorkerProcess();
					started.add(worker);
				}
				if (worker.isAlive()) {
					taken.add(worker);
				}
			}
		}
		started.forEach(WorkerProcess::awaitReady);
		return taken;
	}

	/** Gives one back that is fit for the next test. */
	static void giveBack(WorkerProcess worker) {
		synchronized (IDLE) {
			IDLE.add(worker);
		}
	}

}
