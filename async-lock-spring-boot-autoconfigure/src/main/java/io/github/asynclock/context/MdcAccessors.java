package io.github.asynclock.context;

import java.util.Map;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Finds out whether a registry carries slf4j's MDC already. Libraries and applications
 * register it under keys of their own ({@code cp.slf4j}, {@code mdc}, {@code MDC}), so it
 * is recognised by what it reads, not by its key.
 */
final class MdcAccessors {

	private static final String PROBE = "async-lock.probe";

	private MdcAccessors() {
	}

	/**
	 * Whether one of the accessors carries the MDC: all of it, or (Micrometer's own)
	 * those entries that the application has chosen.
	 */
	static boolean carried(ContextRegistry registry) {
		MDC.put(PROBE, PROBE);
		try {
			return registry.getThreadLocalAccessors().stream().anyMatch(MdcAccessors::readsMdc);
		}
		finally {
			MDC.remove(PROBE);
		}
	}

	private static boolean readsMdc(ThreadLocalAccessor<?> accessor) {
		return accessor instanceof Slf4jThreadLocalAccessor
				|| accessor.getValue() instanceof Map<?, ?> map && map.containsKey(PROBE);
	}

	/** An accessor of the whole MDC. */
	static ThreadLocalAccessor<?> whole() {
		return new Whole();
	}

	/** An MDC that was used and emptied is no value to carry. */
	private static final class Whole extends Slf4jThreadLocalAccessor {

		@Override
		public @Nullable Map<String, String> getValue() {
			Map<String, String> entries = super.getValue();
			return (entries == null || entries.isEmpty()) ? null : entries;
		}

	}

}
