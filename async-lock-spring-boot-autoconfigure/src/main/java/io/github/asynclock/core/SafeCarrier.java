package io.github.asynclock.core;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Another carrier, whose failures change nothing but the context: a granted key must not
 * be stuck because a value could not be restored.
 */
public final class SafeCarrier implements ContextCarrier {

	private static final Log logger = LogFactory.getLog(SafeCarrier.class);

	private final ContextCarrier carrier;

	private final LoggedFailures failures = new LoggedFailures(logger);

	private SafeCarrier(ContextCarrier carrier) {
		this.carrier = carrier;
	}

	/**
	 * A carrier that throws nothing: failures of the given one are logged, the first one
	 * as a warning.
	 */
	public static ContextCarrier of(ContextCarrier carrier) {
		return (carrier == NONE) ? carrier : new SafeCarrier(carrier);
	}

	@Override
	public @Nullable Object capture() {
		try {
			return this.carrier.capture();
		}
		catch (RuntimeException | Error ex) {
			this.failures.log(() -> "The caller's context could not be captured; the action runs without", ex);
			return null;
		}
	}

	@Override
	public @Nullable Scope restore(@Nullable Object captured) {
		Scope scope;
		try {
			scope = this.carrier.restore(captured);
		}
		catch (RuntimeException | Error ex) {
			this.failures.log(() -> "The caller's context could not be restored; the action runs without", ex);
			return null;
		}
		return (scope != null) ? () -> close(scope) : null;
	}

	private void close(Scope scope) {
		try {
			scope.close();
		}
		catch (RuntimeException | Error ex) {
			this.failures.log(() -> "A thread's own context could not be put back", ex);
		}
	}

}
