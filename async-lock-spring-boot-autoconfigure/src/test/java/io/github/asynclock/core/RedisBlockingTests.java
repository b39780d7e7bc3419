package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisBlockingTests extends BlockingContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
