package io.github.asynclock.core;

import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * The {@link UnitOfWork} that a caller's thread is in, or that it is in none: taken at
 * the call, for a part of it that is made later, on another thread. Whatever that thread
 * is in itself says nothing about the caller.
 *
 * <p>
 * It counts for what is called directly in the caller's place, which the caller's lease
 * shows: an action that starts there has a lease of its own, and asks its thread.
 */
public final class CallersWork {

	private static final ThreadLocal<@Nullable CallersWork> CURRENT = new ThreadLocal<>();

	private final @Nullable UnitOfWork work;

	private final @Nullable Lease lease;

	private CallersWork(@Nullable UnitOfWork work, @Nullable Lease lease) {
		this.work = work;
		this.lease = lease;
	}

	/**
	 * Takes that of this thread.
	 * @param units says which one it is; null if there are none
	 */
	public static CallersWork capture(@Nullable UnitsOfWork units) {
		return new CallersWork(ofThread(units), LeaseContext.current());
	}

	/**
	 * Makes a call on this thread in the caller's place: its unit of work, or that there
	 * is none, and its lease are the caller's. Afterwards the thread has its own again.
	 * @return what the call returns
	 */
	public <T> T call(Supplier<T> call) {
		CallersWork formerWork = CURRENT.get();
		Lease formerLease = LeaseContext.swap(this.lease);
		CURRENT.set(this);
		try {
			return call.get();
		}
		finally {
			LeaseContext.swap(formerLease);
			if (formerWork != null) {
				CURRENT.set(formerWork);
			}
			else {
				CURRENT.remove();
			}
		}
	}

	/**
	 * That of whoever calls on this thread.
	 */
	static @Nullable UnitOfWork ofThread(@Nullable UnitsOfWork units) {
		if (units == null) {
			return null;
		}
		CallersWork caller = CURRENT.get();
		return (caller != null && caller.lease == LeaseContext.current()) ? caller.work : units.ofThread();
	}

	/**
	 * That of a subscriber.
	 */
	static @Nullable UnitOfWork of(@Nullable UnitsOfWork units, ContextView context) {
		UnitOfWork work = (units != null) ? units.of(context) : null;
		return (work != null) ? work : ofThread(units);
	}

}
