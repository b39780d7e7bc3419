package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;

/**
 * Carries the caller's context (what is in thread-locals: logging, security, observation)
 * to the thread on which a waiting action starts.
 */
public interface ContextCarrier {

	/**
	 * Carries nothing.
	 */
	ContextCarrier NONE = new ContextCarrier() {

		@Override
		public @Nullable Object capture() {
			return null;
		}

		@Override
		public @Nullable Scope restore(@Nullable Object captured) {
			return null;
		}

	};

	/**
	 * Takes the context of this thread. Called on the caller's thread, only when a call
	 * has to wait.
	 * @return what {@link #restore} needs; null where there is nothing to carry
	 */
	@Nullable Object capture();

	/**
	 * Makes a captured context this thread's. Called on the thread that starts the
	 * action, right before it.
	 * @param captured what {@link #capture} gave, null included: then this thread has to
	 * be without context, too
	 * @return what puts the thread's own context back; null where nothing was changed
	 */
	@Nullable Scope restore(@Nullable Object captured);

	/** A context made current. */
	@FunctionalInterface
	interface Scope {

		/**
		 * Puts the thread's own context back. Called once, on the same thread.
		 */
		void close();

	}

}
