package io.github.asynclock.sample.sync;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;

import org.springframework.stereotype.Component;

/** Counts the runs of the job that were skipped: nobody else sees them. */
@Component
class SkippedRuns implements LockListener {

	private static final List<String> KEYS = List.of(SyncJob.KEY);

	private final AtomicInteger count = new AtomicInteger();

	@Override
	public void timedOut(LockEvent event) {
		if (event.keys().equals(KEYS)) {
			this.count.incrementAndGet();
		}
	}

	int count() {
		return this.count.get();
	}

}
