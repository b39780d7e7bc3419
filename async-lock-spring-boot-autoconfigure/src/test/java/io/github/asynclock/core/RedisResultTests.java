package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisResultTests extends ResultContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
