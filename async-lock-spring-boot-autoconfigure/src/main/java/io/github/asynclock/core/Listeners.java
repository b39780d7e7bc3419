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

	Listeners(Collection<? extends LockListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	boolean isEmpty() {
		return this.listeners.isEmpty();
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
