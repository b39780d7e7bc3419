package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Too many callers wait for the key already ({@code async-lock.max-waiters-per-key}). The
 * action did not run.
 */
public class LockRejectedException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockRejectedException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockRejectedException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
