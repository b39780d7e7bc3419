package io.github.asynclock.redis;

import java.time.Duration;

import io.lettuce.core.RedisURI;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Makes connection factories with what locks need of a client.
 */
public final class LockConnectionFactories {

	private LockConnectionFactories() {
	}

	/**
	 * A factory for one server or, if the URI has sentinels, for what they watch; ready
	 * for use, not connected. To be destroyed by the caller.
	 */
	public static LettuceConnectionFactory create(RedisURI uri, Duration commandTimeout) {
		throw new UnsupportedOperationException();
	}

}
