package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisSeveralKeysTests extends SeveralKeysContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
