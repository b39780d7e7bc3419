package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisExecutionTests extends ExecutionContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
