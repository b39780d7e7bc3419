package io.github.asynclock.core;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Says which {@link UnitOfWork} a caller is in. Asked by every call, on the caller's
 * thread, before it asks for its keys.
 */
public interface UnitsOfWork {

	/**
	 * That of this thread.
	 * @return null if it is in none
	 */
	@Nullable UnitOfWork ofThread();

	/**
	 * That of a subscriber: of its context, else of the thread that subscribes.
	 * @param context the subscriber's
	 * @return null if it is in none
	 */
	@Nullable UnitOfWork of(ContextView context);

}
