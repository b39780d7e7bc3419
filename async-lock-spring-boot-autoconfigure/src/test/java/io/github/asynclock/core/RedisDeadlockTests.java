package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisDeadlockTests extends DeadlockContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
