package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisFencingTokenTests extends FencingTokenContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
