package io.github.asynclock.context;

import java.util.function.Supplier;

import io.github.asynclock.core.CallersWork;
import io.github.asynclock.core.ContextCarrier;
import io.github.asynclock.core.SafeCarrier;
import io.github.asynclock.core.UnitsOfWork;
import io.micrometer.context.ContextRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What a caller's thread has: its innermost lease, its unit of work (or that it has none)
 * and whatever {@link ThreadLocalCarrier} carries. For code that goes on, on another
 * thread, in the caller's place: that thread's own lease would let the caller re-enter
 * keys that are not its own, and its own transaction is not the caller's.
 */
public final class CallerContext {

	private static final ContextCarrier CARRIER = SafeCarrier
		.of(new ThreadLocalCarrier(ContextRegistry.getInstance(), isPresent("org.slf4j.MDC")));

	private final CallersWork work;

	private final @Nullable Object captured = CARRIER.capture();

	private CallerContext(CallersWork work) {
		this.work = work;
	}

	/**
	 * Takes the context of this thread.
	 * @param units says which unit of work it is in; null if there are none
	 */
	public static CallerContext capture(@Nullable UnitsOfWork units) {
		return new CallerContext(CallersWork.capture(units));
	}

	/**
	 * Calls an action on this thread with the caller's context; afterwards the thread has
	 * its own again.
	 * @return what the action returns
	 */
	public <T> T call(Supplier<T> action) {
		ContextCarrier.Scope scope = CARRIER.restore(this.captured);
		try {
			return this.work.call(action);
		}
		finally {
			if (scope != null) {
				scope.close();
			}
		}
	}

	private static boolean isPresent(String type) {
		try {
			Class.forName(type, false, CallerContext.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
