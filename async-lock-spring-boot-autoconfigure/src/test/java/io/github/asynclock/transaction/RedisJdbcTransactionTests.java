package io.github.asynclock.transaction;

import io.github.asynclock.redis.TestRedis;

class RedisJdbcTransactionTests extends JdbcTransactionContract {

	@Override
	String[] properties() {
		return new String[] { "async-lock.redis.url=" + TestRedis.shared().url(),
				"async-lock.redis.key-prefix=" + TestRedis.randomPrefix() };
	}

}
