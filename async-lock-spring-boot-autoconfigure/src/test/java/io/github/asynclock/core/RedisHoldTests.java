package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisHoldTests extends HoldContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
