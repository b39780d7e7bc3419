package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The lock service is shutting down. The action did not run.
 */
public class LockClosedException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockClosedException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockClosedException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
