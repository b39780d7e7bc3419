package io.github.asynclock.autoconfigure;

import io.github.asynclock.core.EngineObserver;
import org.jspecify.annotations.Nullable;

/**
 * Who observes the locks; nobody where there is no registry.
 */
record ObserverSource(@Nullable EngineObserver observer) {

	EngineObserver orNone() {
		return (this.observer != null) ? this.observer : EngineObserver.NONE;
	}

}
