package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The key of a {@link Locked} method could not be resolved, or a {@link CommandLock} gave
 * none. The action did not run.
 */
public class LockKeyException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockKeyException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockKeyException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
