package io.github.asynclock.core;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;

/**
 * What somebody throws that may throw at each call: the first time is a warning, later
 * ones are for DEBUG.
 */
public final class LoggedFailures {

	private static final String MORE = "; more of these at DEBUG";

	private final Log logger;

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * Of one that may throw.
	 */
	public LoggedFailures(Log logger) {
		this.logger = logger;
	}

	/**
	 * Logs one failure, and throws nothing itself.
	 * @param what only asked for where it is logged
	 */
	public void log(Supplier<String> what, Throwable failure) {
		if (!this.warned.get() && this.warned.compareAndSet(false, true)) {
			this.logger.warn(text(what) + MORE, failure);
		}
		else if (this.logger.isDebugEnabled()) {
			this.logger.debug(text(what), failure);
		}
	}

	private static String text(Supplier<String> what) {
		try {
			return what.get();
		}
		catch (Throwable ex) {
			return "Somebody failed who cannot even be named (" + ex + ")";
		}
	}

}
