package io.github.asynclock;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Why a locked action did not run, or lost its lock. Its subclasses say which; thrown
 * itself only where a blocking caller was interrupted while it waited.
 */
public class LockException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	@SuppressWarnings("serial") // an immutable list of strings is serializable
	private final List<String> keys;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, cause);
		this.keys = List.copyOf(keys);
	}

	/**
	 * The keys of the request, sorted by code unit; empty where they could not be
	 * resolved. Unmodifiable.
	 */
	public List<String> keys() {
		return this.keys;
	}

}
