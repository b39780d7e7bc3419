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
		return slot().lease;
	}

	/**
	 * Makes a lease the innermost of this thread. The caller puts the former one back
	 * when its part of the call stack ends.
	 * @param lease the new innermost lease; null for none
	 * @return the former one; null if there was none
	 */
	public static @Nullable Lease swap(@Nullable Lease lease) {
		return slot().swap(lease);
	}

	/**
	 * This thread's slot, for one who reads and writes it several times: each look-up of
	 * a thread-local costs.
	 */
	public static Slot slot() {
		return SLOT.get();
	}

	/** Where one thread keeps its innermost lease. Not for other threads. */
	public static final class Slot {

		private @Nullable Lease lease;

		private Slot() {
		}

		/**
		 * The innermost lease; null where there is none.
		 */
		public @Nullable Lease lease() {
			return this.lease;
		}

		/**
		 * As {@link LeaseContext#swap}.
		 */
		public @Nullable Lease swap(@Nullable Lease lease) {
			Lease former = this.lease;
			this.lease = lease;
			return former;
		}

	}

}
