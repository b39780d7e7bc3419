package io.github.asynclock.core;

import io.github.asynclock.redis.TestRedis;

class RedisListenerTests extends ListenerContract {

	@Override
	LockStore store() {
		return TestRedis.store();
	}

}
