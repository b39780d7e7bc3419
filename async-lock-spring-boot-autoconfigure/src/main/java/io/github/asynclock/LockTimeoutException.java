package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The keys were not granted within the wait time. The action did not run.
 */
public class LockTimeoutException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockTimeoutException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockTimeoutException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
