package io.github.asynclock;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

/**
 * Waiting would never end: the holder of a wanted key waits, itself or through others,
 * for a key that this flow holds. The action did not run; the others of the circle go on.
 * The message names all of them, with what they hold and what they wait for.
 *
 * <p>
 * Found at once inside one JVM and one {@link LockService}; between instances such a
 * caller waits until its wait time ends.
 */
public class LockDeadlockException extends LockException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 */
	public LockDeadlockException(String message, Collection<String> keys) {
		this(message, keys, null);
	}

	/**
	 * @param message what was asked, what was found and what to do
	 * @param keys the keys of the request
	 * @param cause what led to it; null if nothing did
	 */
	public LockDeadlockException(String message, Collection<String> keys, @Nullable Throwable cause) {
		super(message, keys, cause);
	}

}
