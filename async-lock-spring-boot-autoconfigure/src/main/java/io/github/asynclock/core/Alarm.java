package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;

/**
 * Runs something of the engine's own once, when its time has come.
 */
final class Alarm implements Timed {

	private final long deadline;

	private final Runnable task;

	private @Nullable Timed earlier;

	private @Nullable Timed later;

	Alarm(long deadline, Runnable task) {
		this.deadline = deadline;
		this.task = task;
	}

	@Override
	public long deadline() {
		return this.deadline;
	}

	@Override
	public void expire() {
		this.task.run();
	}

	@Override
	public @Nullable Timed earlier() {
		return this.earlier;
	}

	@Override
	public void earlier(@Nullable Timed timed) {
		this.earlier = timed;
	}

	@Override
	public @Nullable Timed later() {
		return this.later;
	}

	@Override
	public void later(@Nullable Timed timed) {
		this.later = timed;
	}

}
