package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Something to do in a phase of its own while the application closes, for at most the
 * lifecycle's phase timeout.
 *
 * <p>
 * Only a close counts, and only of the own context: one that is stopped, paused or
 * checkpointed may go on, but a lock service that was shut down cannot.
 */
final class ClosingPhase implements SmartLifecycle {

	/**
	 * When running actions are drained. Phases stop in descending order. After message
	 * listeners and the web server's graceful shutdown ({@code DEFAULT_PHASE - 1024}), so
	 * that what was accepted can still lock; before the web server stops
	 * ({@code DEFAULT_PHASE - 2048}), so that callers still get their answers, and long
	 * before executors and connections go.
	 */
	static final int DRAIN = DEFAULT_PHASE - 1024 - 256;

	/**
	 * When what still runs is told that its lease is lost: right after the drain has used
	 * up its time. Bean destruction would be too late, see {@link #DRAIN}.
	 */
	static final int ABANDON = DRAIN - 1;

	private final ConfigurableApplicationContext context;

	private final int phase;

	private final Supplier<CompletableFuture<Void>> task;

	private volatile boolean running;

	/**
	 * @param context whose close counts
	 * @param phase when
	 * @param task what to do; the phase ends with its result
	 */
	ClosingPhase(ConfigurableApplicationContext context, int phase, Supplier<CompletableFuture<Void>> task) {
		this.context = context;
		this.phase = phase;
		this.task = task;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		if (this.context.isClosed()) {
			this.task.get().whenComplete((ended, failure) -> callback.run());
		}
		else {
			callback.run();
		}
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

}
