package io.github.asynclock;

import org.jspecify.annotations.Nullable;

/**
 * Where the innermost lease of a flow is kept: in a thread-local for call stacks, and
 * under {@link #KEY} in the Reactor Context for pipelines. One key serves both, so that
 * context propagation carries the lease from one to the other.
 *
 * <p>
 * For context-propagation code and for implementations of {@link LockService};
 * applications call {@link Lease#current()} or {@link Lease#inContext()}.
 */
public final class LeaseContext {

	/**
	 * The key of the lease in the Reactor Context and in Micrometer's context registry.
	 */
	public static final String KEY = "io.github.asynclock.lease";

	private static final ThreadLocal<Slot> SLOT = ThreadLocal.withInitial(Slot::new);

	private LeaseContext() {
	}

	/**
	 * The innermost lease of this thread's call stack; null where there is none.
	 */
	public static @Nullable Lease current() {
		return SLOT.get().lease;
	}

	/**
	 * Makes a lease the innermost of this thread. The caller puts the former one back
	 * when its part of the call stack ends.
	 * @param lease the new innermost lease; null for none
	 * @return the former one; null if there was none
	 */
	public static @Nullable Lease swap(@Nullable Lease lease) {
		Slot slot = SLOT.get();
		Lease former = slot.lease;
		slot.lease = lease;
		return former;
	}

	/** One look-up of the thread-local serves a read and a write. */
	private static final class Slot {

		private @Nullable Lease lease;

	}

}
