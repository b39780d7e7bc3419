package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisWaitingTests extends WaitingContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
