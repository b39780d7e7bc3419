package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;

import io.github.asynclock.local.LocalLockStore;

/**
 * Engines for tests that look inside.
 */
final class TestEngines {

	private TestEngines() {
	}

	/**
	 * One that starts no thread: its timer is stopped, so that a test expires places
	 * itself, and everything is told and started on the thread that does.
	 */
	static LockEngine withoutThreads() {
		Spare spare = new Spare("none");
		LockEngine engine = of(spare, Runnable::run);
		engine.wheel().close();
		spare.close();
		return engine;
	}

	static LockEngine of(Executor executor) {
		return of(new Spare("test"), executor);
	}

	private static LockEngine of(Spare spare, Executor executor) {
		Settings settings = new Settings(Duration.ofSeconds(30).toNanos(), Duration.ofSeconds(30).toNanos(), 0);
		return new LockEngine(new KeyQueues(2), new LocalLockStore(), settings, new Starter(executor, spare), spare,
				ContextCarrier.NONE, new Listeners(List.of()));
	}

	/**
	 * Whether nothing is left of any call.
	 */
	static boolean isIdle(LockEngine engine) {
		return engine.queues().size() == 0 && engine.wheel().isEmpty();
	}

}
