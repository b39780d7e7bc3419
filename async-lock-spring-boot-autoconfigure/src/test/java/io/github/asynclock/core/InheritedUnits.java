package io.github.asynclock.core;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Of a thread and those that it starts, as blocking calls run on one of their own.
 */
final class InheritedUnits implements UnitsOfWork {

	private final InheritableThreadLocal<@Nullable UnitOfWork> current = new InheritableThreadLocal<>();

	/** Calls as part of a unit of work, or of none. */
	<T> T within(@Nullable UnitOfWork work, Supplier<T> calls) {
		UnitOfWork outer = this.current.get();
		this.current.set(work);
		try {
			return calls.get();
		}
		finally {
			this.current.set(outer);
		}
	}

	@Override
	public @Nullable UnitOfWork ofThread() {
		return this.current.get();
	}

	@Override
	public @Nullable UnitOfWork of(ContextView context) {
		return null;
	}

}
