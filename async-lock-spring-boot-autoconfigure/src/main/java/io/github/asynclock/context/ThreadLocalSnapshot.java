package io.github.asynclock.context;

import java.util.List;

import io.github.asynclock.core.ContextCarrier;
import io.github.asynclock.core.LoggedFailures;
import io.micrometer.context.ThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The values that one thread had, to be given to another for a while.
 *
 * <p>
 * {@code values[i]} belongs to {@code accessors[i]}; null means that there was none. They
 * are set in the order of the accessors and put back in reverse, because an accessor may
 * build on an earlier one (tracing writes to the MDC).
 */
final class ThreadLocalSnapshot {

	private static final LoggedFailures failures = new LoggedFailures(LogFactory.getLog(ThreadLocalSnapshot.class));

	private final ThreadLocalAccessor<Object>[] accessors;

	private final @Nullable Object[] values;

	private ThreadLocalSnapshot(ThreadLocalAccessor<Object>[] accessors, @Nullable Object[] values) {
		this.accessors = accessors;
		this.values = values;
	}

	/** The values of this thread; null if it has none. */
	static @Nullable ThreadLocalSnapshot capture(List<ThreadLocalAccessor<?>> accessors) {
		ThreadLocalSnapshot snapshot = empty(accessors);
		return readInto(snapshot.values, snapshot.accessors) ? snapshot : null;
	}

	/** No values: opened, a thread has none. */
	@SuppressWarnings("unchecked")
	static ThreadLocalSnapshot empty(List<ThreadLocalAccessor<?>> accessors) {
		return new ThreadLocalSnapshot(accessors.toArray(new ThreadLocalAccessor[0]),
				new @Nullable Object[accessors.size()]);
	}

	private static boolean readInto(@Nullable Object[] values, ThreadLocalAccessor<Object>[] accessors) {
		boolean any = false;
		for (int i = 0; i < values.length; i++) {
			values[i] = accessors[i].getValue();
			any |= values[i] != null;
		}
		return any;
	}

	/**
	 * Gives these values to this thread.
	 * @return what puts its own back; null if nothing was changed
	 */
	ContextCarrier.@Nullable Scope open() {
		@Nullable Object[] former = new @Nullable Object[this.values.length];
		boolean changed = false;
		int opened = 0;
		try {
			for (; opened < former.length; opened++) {
				former[opened] = this.accessors[opened].getValue();
				changed |= set(this.accessors[opened], former[opened], this.values[opened]);
			}
		}
		catch (RuntimeException | Error ex) {
			undo(former, opened);
			throw ex;
		}
		return changed ? () -> undo(former, former.length) : null;
	}

	private static boolean set(ThreadLocalAccessor<Object> accessor, @Nullable Object former, @Nullable Object value) {
		if (value != null) {
			accessor.setValue(value);
		}
		else if (former != null) {
			accessor.setValue();
		}
		return value != null || former != null;
	}

	private void undo(@Nullable Object[] former, int opened) {
		for (int i = opened - 1; i >= 0; i--) {
			try {
				restore(this.accessors[i], former[i], this.values[i]);
			}
			catch (RuntimeException ex) {
				Object key = this.accessors[i].key();
				failures.log(() -> "The thread-local of accessor '" + key + "' could not be restored", ex);
			}
		}
	}

	private static void restore(ThreadLocalAccessor<Object> accessor, @Nullable Object former, @Nullable Object value) {
		if (former != null) {
			accessor.restore(former);
		}
		else if (value != null) {
			accessor.restore();
		}
	}

}
