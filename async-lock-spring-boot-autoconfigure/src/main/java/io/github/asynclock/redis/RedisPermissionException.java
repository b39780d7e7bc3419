package io.github.asynclock.redis;

/**
 * The Redis user may not do what locking needs.
 */
public final class RedisPermissionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	RedisPermissionException(String message) {
		super(message);
	}

}
