package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisReentrancyTests extends ReentrancyContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
