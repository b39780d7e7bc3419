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
	 * itself, and everything is told and started on the thread that does. Its table of
	 * keys is small, so that to look through it is no long loop.
	 */
	static LockEngine withoutThreads() {
		Spare spare = new Spare("none", 1);
		LockEngine engine = of(new KeyQueues(4), spare, Runnable::run);
		engine.wheel().close();
		spare.close();
		return engine;
	}

	private static LockEngine of(KeyQueues queues, Spare spare, Executor executor) {
		Settings settings = new Settings(Duration.ofSeconds(30).toNanos(), Duration.ofSeconds(30).toNanos(), 0);
		return new LockEngine(queues, new LocalLockStore(), settings, new Starter(executor, spare), spare,
				ContextCarrier.NONE, new Listeners(List.of()), null);
	}

	/**
	 * Whether nothing is left of any call.
	 */
	static boolean isIdle(LockEngine engine) {
		return engine.queues().size() == 0 && engine.wheel().isEmpty();
	}

}
