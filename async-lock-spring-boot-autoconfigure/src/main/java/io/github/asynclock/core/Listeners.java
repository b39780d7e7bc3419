package io.github.asynclock.core;

import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the application's listeners; whatever one throws is logged and changes nothing.
 * Where there are none, no event is made.
 */
final class Listeners {

	private static final Log logger = LogFactory.getLog(Listeners.class);

	private final List<Told> listeners;

	private final EngineObserver observer;

	/** Zero: never. */
	private final long warnAfterNanos;

	private final boolean inspected;

	Listeners(Collection<? extends LockListener> listeners) {
		this(listeners, EngineObserver.NONE, 0, false);
	}

	/**
	 * @param warnAfterNanos how long a lock may be held without a warning; zero: for ever
	 * @param inspected whether somebody may ask since when a key is held, and by whom
	 */
	Listeners(Collection<? extends LockListener> listeners, EngineObserver observer, long warnAfterNanos,
			boolean inspected) {
		this.listeners = listeners.stream().map(Told::new).toList();
		this.observer = SafeObserver.of(observer);
		this.warnAfterNanos = warnAfterNanos;
		this.inspected = inspected;
	}

	/**
	 * Whether nobody wants to know anything of a call.
	 */
	boolean isEmpty() {
		return this.listeners.isEmpty() && this.observer == EngineObserver.NONE && this.warnAfterNanos == 0
				&& !this.inspected;
	}

	EngineObserver observer() {
		return this.observer;
	}

	long warnAfterNanos() {
		return this.warnAfterNanos;
	}

	void heldLong(LockEvent event) {
		logger.warn(Messages.heldLong(event));
	}

	void granted(Supplier<LockEvent> event) {
		tell(LockListener::granted, event);
	}

	void released(Supplier<LockEvent> event) {
		tell(LockListener::released, event);
	}

	void timedOut(Supplier<LockEvent> event) {
		tell(LockListener::timedOut, event);
	}

	void lost(Supplier<LockEvent> event) {
		tell(LockListener::lost, event);
	}

	private void tell(BiConsumer<LockListener, LockEvent> what, Supplier<LockEvent> event) {
		if (this.listeners.isEmpty()) {
			return;
		}
		LockEvent made = event.get();
		this.listeners.forEach((listener) -> listener.tell(what, made));
	}

	/**
	 * One listener, and how often to say that it throws: a log is no place for each call.
	 */
	private static final class Told {

		private final LockListener listener;

		private final LoggedFailures failures = new LoggedFailures(logger);

		private Told(LockListener listener) {
			this.listener = listener;
		}

		private void tell(BiConsumer<LockListener, LockEvent> what, LockEvent event) {
			try {
				what.accept(this.listener, event);
			}
			catch (Throwable ex) {
				this.failures.log(() -> "A LockListener failed (" + this.listener + "); the lock goes on", ex);
			}
		}

	}

}
