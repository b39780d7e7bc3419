package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisShutdownTests extends ShutdownContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
