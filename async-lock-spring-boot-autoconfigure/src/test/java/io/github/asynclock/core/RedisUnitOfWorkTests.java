package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisUnitOfWorkTests extends UnitOfWorkContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
