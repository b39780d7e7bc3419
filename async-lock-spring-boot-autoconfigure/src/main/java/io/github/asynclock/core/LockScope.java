package io.github.asynclock.core;

import java.util.LinkedHashSet;
import java.util.Set;

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
	 * The unit of work that keeps a key for a flow: the one that a call is part of, or
	 * one that those above it are part of. Null if none does.
	 */
	static @Nullable UnitOfWork keeper(@Nullable HeldLease scope, HoldTerms terms, String key) {
		UnitOfWork.Name name = new UnitOfWork.Name(terms.engine(), key);
		UnitOfWork keeper = (terms.work != null) ? terms.work.keeper(name) : null;
		for (HeldLease at = scope; keeper == null && at != null; at = at.parent) {
			keeper = (at.terms.work != null) ? at.terms.work.keeper(name) : null;
		}
		return keeper;
	}

	/**
	 * Re-enters a key that a unit of work keeps for a flow.
	 * @return as {@link UnitOfWork#retain}; null also if none keeps it
	 */
	static @Nullable HeldLease retainKept(@Nullable HeldLease scope, HoldTerms terms, String key) {
		UnitOfWork keeper = keeper(scope, terms, key);
		return (keeper != null) ? keeper.retain(new UnitOfWork.Name(terms.engine(), key)) : null;
	}

	/**
	 * A call waits: whichever unit of work keeps the key for its flow, now or later, may
	 * let it have it.
	 */
	static void waits(PendingAcquire place, @Nullable HeldLease scope, HoldTerms terms) {
		UnitOfWork.Name name = new UnitOfWork.Name(terms.engine(), place.key);
		works(scope, terms).forEach((work) -> work.waits(place, name));
	}

	/**
	 * The units of work that a flow is part of, and those that are suspended for them,
	 * from the innermost on.
	 */
	static Set<UnitOfWork> works(@Nullable HeldLease scope, HoldTerms terms) {
		Set<UnitOfWork> works = new LinkedHashSet<>(2);
		addTo(works, terms.work);
		for (HeldLease at = scope; at != null; at = at.parent) {
			addTo(works, at.terms.work);
		}
		return works;
	}

	static boolean isWithinWork(@Nullable HeldLease scope) {
		for (HeldLease at = scope; at != null; at = at.parent) {
			if (at.terms.work != null) {
				return true;
			}
		}
		return false;
	}

	private static void addTo(Set<UnitOfWork> all, @Nullable UnitOfWork work) {
		for (UnitOfWork at = work; at != null && all.add(at);) {
			at = at.outer;
		}
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
