package io.github.asynclock.core;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * What a flow holds: the chain of leases from its innermost one upwards. It never
 * changes; it is passed on by the call stack and by the Reactor Context, never by thread
 * identity.
 */
final class LockScope {

	private LockScope() {
	}

	/**
	 * The innermost lease of this call stack that still runs; null if it holds nothing.
	 */
	static @Nullable HeldLease ofThread() {
		return running(LeaseContext.current());
	}

	static @Nullable HeldLease of(LeaseContext.Slot thread) {
		Lease lease = thread.lease();
		return (lease != null) ? running(lease) : null;
	}

	/**
	 * The innermost lease of a subscriber: of its context, unless the call stack that
	 * subscribes is further within.
	 */
	static @Nullable HeldLease of(ContextView context) {
		HeldLease thread = ofThread();
		HeldLease own = running(context.getOrDefault(LeaseContext.KEY, null));
		return (own == null || isWithin(thread, own)) ? thread : own;
	}

	private static boolean isWithin(@Nullable HeldLease inner, HeldLease outer) {
		for (HeldLease at = inner; at != null; at = at.parent) {
			if (at == outer) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Leases that ended are left out, so that a chain of calls does not grow for ever.
	 */
	private static @Nullable HeldLease running(@Nullable Lease lease) {
		HeldLease at = (lease instanceof HeldLease held) ? held : null;
		while (at != null && !at.isRunning()) {
			at = at.parent;
		}
		return at;
	}

	/**
	 * The lease of a flow that has a key of this engine; null if none has.
	 */
	static @Nullable HeldLease holder(@Nullable HeldLease scope, LockEngine engine, String key) {
		for (HeldLease at = scope; at != null; at = at.parent) {
			if (at.terms.engine() == engine && at.isRunning() && at.place(key) != null) {
				return at;
			}
		}
		return null;
	}

}
