package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisDeferredTests extends DeferredContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
