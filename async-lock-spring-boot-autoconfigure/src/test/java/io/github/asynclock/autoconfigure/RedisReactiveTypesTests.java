package io.github.asynclock.autoconfigure;

import io.github.asynclock.redis.TestRedis;

class RedisReactiveTypesTests extends ReactiveTypesContract {

	private final String prefix = TestRedis.randomPrefix();

	@Override
	String[] properties() {
		return new String[] { "async-lock.redis.url=" + TestRedis.shared().url(),
				"async-lock.redis.key-prefix=" + this.prefix,
				// On a busy machine the first connection takes a while.
				"async-lock.redis.command-timeout=20s" };
	}

}
