package io.github.asynclock.redis;

import java.util.List;

/**
 * The Redis user may not do what locking needs.
 */
public final class RedisPermissionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	RedisPermissionException(List<String> missing) {
		super("The Redis user lacks permissions without which nothing can be locked: " + String.join("; ", missing)
				+ " (its keys are ~{<key-prefix>:*, its channels &<key-prefix>:*)");
	}

}
