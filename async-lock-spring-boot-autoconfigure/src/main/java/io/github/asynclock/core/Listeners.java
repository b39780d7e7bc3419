package io.github.asynclock.core;

import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

import io.github.asynclock.LockEvent;
import io.github.asynclock.LockListener;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Tells the application's listeners; whatever one throws is logged and changes nothing.
 */
final class Listeners {

	private static final Log logger = LogFactory.getLog(Listeners.class);

	private final List<LockListener> listeners;

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
		this.listeners = List.copyOf(listeners);
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

	void granted(LockEvent event) {
		tell(LockListener::granted, event);
	}

	void released(LockEvent event) {
		tell(LockListener::released, event);
	}

	void timedOut(LockEvent event) {
		tell(LockListener::timedOut, event);
	}

	void lost(LockEvent event) {
		tell(LockListener::lost, event);
	}

	private void tell(BiConsumer<LockListener, LockEvent> what, LockEvent event) {
		for (LockListener listener : this.listeners) {
			try {
				what.accept(listener, event);
			}
			catch (Throwable ex) {
				logger.warn("A LockListener failed (" + listener + "); the lock goes on", ex);
			}
		}
	}

}
