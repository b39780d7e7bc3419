package io.github.asynclock.context;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the innermost lease between threads and the Reactor Context, for whoever
 * propagates contexts: with Reactor's automatic propagation a future deep inside a
 * {@code Mono} finds its lease, and so re-enters. Found by the service loader.
 */
public final class LeaseThreadLocalAccessor implements ThreadLocalAccessor<Lease> {

	@Override
	public Object key() {
		return LeaseContext.KEY;
	}

	@Override
	public @Nullable Lease getValue() {
		return LeaseContext.current();
	}

	@Override
	public void setValue(Lease value) {
		LeaseContext.swap(value);
	}

	@Override
	public void setValue() {
		LeaseContext.swap(null);
	}

}
