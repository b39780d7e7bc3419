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
	 * That of a subscriber's context.
	 * @param context the subscriber's
	 * @return null if its context says nothing: it is in that of the thread that
	 * subscribes then
	 */
	@Nullable UnitOfWork of(ContextView context);

}
