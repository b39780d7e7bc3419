package io.github.asynclock.context;

import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.core.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What a caller's thread has: its innermost lease and whatever {@link ThreadLocalCarrier}
 * carries. For code that goes on, on another thread, in the caller's place: the other
 * thread's own lease would let the caller re-enter keys that are not its own.
 */
public final class CallerContext {

	private static final ThreadLocalCarrier CARRIER = new ThreadLocalCarrier(ContextRegistry.getInstance(),
			isPresent("org.slf4j.MDC"));

	private final @Nullable Lease lease = LeaseContext.current();

	private final @Nullable Object captured = CARRIER.capture();

	private CallerContext() {
	}

	/**
	 * Takes the context of this thread.
	 */
	public static CallerContext capture() {
		return new CallerContext();
	}

	/**
	 * Calls an action on this thread with the caller's context; afterwards the thread has
	 * its own again.
	 * @return what the action returns
	 */
	public <T> T call(Supplier<T> action) {
		ContextCarrier.Scope scope = CARRIER.restore(this.captured);
		Lease former = LeaseContext.swap(this.lease);
		try {
			return action.get();
		}
		finally {
			LeaseContext.swap(former);
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
