package io.github.asynclock.context;

import java.util.ArrayList;
import java.util.List;

import io.github.asynclock.LeaseContext;
import io.github.asynclock.core.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the thread-locals of a waiting caller to the thread on which its action starts:
 * all that have an accessor in Micrometer's registry, and slf4j's MDC.
 *
 * <p>
 * The action sees exactly what its caller had: what the caller did not have is absent,
 * even where the thread has a value of its own. Afterwards the thread has its own values
 * again. The lease is left out: which one an action has is the engine's to say.
 *
 * <p>
 * Where the registry does not know the MDC, only this carrier does: registered for the
 * whole application it would overwrite the trace ids that tracing keeps in the MDC, at
 * every operator of a pipeline with automatic propagation.
 */
public final class ThreadLocalCarrier implements ContextCarrier {

	private final ContextRegistry registry;

	private final boolean withMdc;

	private volatile @Nullable List<ThreadLocalAccessor<?>> own;

	/**
	 * @param registry whose accessors say what is carried, those registered later
	 * included
	 * @param withMdc whether to carry slf4j's MDC, if the registry does not by the time
	 * of the first capture; false where there is no slf4j
	 */
	public ThreadLocalCarrier(ContextRegistry registry, boolean withMdc) {
		this.registry = registry;
		this.withMdc = withMdc;
	}

	@Override
	public @Nullable Object capture() {
		return ThreadLocalSnapshot.capture(accessors());
	}

	@Override
	public @Nullable Scope restore(@Nullable Object captured) {
		ThreadLocalSnapshot snapshot = (captured != null) ? (ThreadLocalSnapshot) captured
				: ThreadLocalSnapshot.empty(accessors());
		return snapshot.open();
	}

	private List<ThreadLocalAccessor<?>> accessors() {
		List<ThreadLocalAccessor<?>> accessors = new ArrayList<>();
		for (ThreadLocalAccessor<?> accessor : this.registry.getThreadLocalAccessors()) {
			if (!LeaseContext.KEY.equals(accessor.key())) {
				accessors.add(accessor);
			}
		}
		accessors.addAll(own());
		return accessors;
	}

	/** Asked late: applications register accessors while they start. */
	private List<ThreadLocalAccessor<?>> own() {
		List<ThreadLocalAccessor<?>> own = this.own;
		if (own == null) {
			own = (this.withMdc && !MdcAccessors.carried(this.registry)) ? List.of(MdcAccessors.whole()) : List.of();
			this.own = own;
		}
		return own;
	}

}
