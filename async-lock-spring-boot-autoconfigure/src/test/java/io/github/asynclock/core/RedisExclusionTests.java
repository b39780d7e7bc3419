package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisExclusionTests extends ExclusionContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
