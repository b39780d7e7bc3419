package io.github.asynclock.autoconfigure;

import io.github.asynclock.redis.RedisPermissionException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows what the Redis user may not do and would have to.
 */
final class RedisPermissionFailureAnalyzer extends AbstractFailureAnalyzer<RedisPermissionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RedisPermissionException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()),
				"Give the Redis user of async-lock this permission (the README has the whole ACL SETUSER line), or set "
						+ "async-lock.redis.username and async-lock.redis.password to another user.",
				cause);
	}

}
