package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * The lease was lost while the action ran: others may hold the keys now. The action may
 * have had any part of its effect.
 */
public class LockLostException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockLostException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockLostException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
