package io.github.asynclock.benchmarks.redis.peer;

import io.lettuce.core.RedisURI;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A connection as an application has it.
 */
final class SpringData {

	private SpringData() {
	}

	static LettuceConnectionFactory connect(String url) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				LettuceConnectionFactory.createRedisConfiguration(RedisURI.create(url)));
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

}
