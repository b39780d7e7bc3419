package io.github.asynclock.core;

import java.util.List;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Whatever an observer throws is logged, the first time as a warning, and changes
 * nothing.
 */
final class SafeObserver implements EngineObserver {

	private static final Log logger = LogFactory.getLog(SafeObserver.class);

	private final EngineObserver observer;

	private final LoggedFailures failures = new LoggedFailures(logger);

	private SafeObserver(EngineObserver observer) {
		this.observer = observer;
	}

	static EngineObserver of(EngineObserver observer) {
		return (observer == NONE) ? observer : new SafeObserver(observer);
	}

	@Override
	public @Nullable CallObserver asked(@Nullable String name, List<String> keys, @Nullable ContextView context) {
		CallObserver call = get(() -> this.observer.asked(name, keys, context));
		return (call != null) ? new SafeCall(call) : null;
	}

	@Override
	public void handedOver() {
		tell(this.observer::handedOver);
	}

	@Override
	public void wokenUp() {
		tell(this.observer::wokenUp);
	}

	@Override
	public void polled() {
		tell(this.observer::polled);
	}

	@Override
	public void renewed(int keys) {
		tell(() -> this.observer.renewed(keys));
	}

	@Override
	public void answered(long nanos, boolean failed) {
		tell(() -> this.observer.answered(nanos, failed));
	}

	private void tell(Runnable telling) {
		get(() -> {
			telling.run();
			return null;
		});
	}

	private <T> @Nullable T get(Supplier<@Nullable T> telling) {
		try {
			return telling.get();
		}
		catch (Throwable ex) {
			this.failures.log(() -> "An observer of the locks failed; the lock goes on", ex);
			return null;
		}
	}

	private final class SafeCall implements CallObserver {

		private final CallObserver call;

		private SafeCall(CallObserver call) {
			this.call = call;
		}

		@Override
		public void waited(WaitOutcome outcome) {
			tell(() -> this.call.waited(outcome));
		}

		@Override
		public void held(boolean lost) {
			tell(() -> this.call.held(lost));
		}

	}

}
