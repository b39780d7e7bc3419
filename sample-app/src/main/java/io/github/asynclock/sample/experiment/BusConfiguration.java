package io.github.asynclock.sample.experiment;

import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Instances that share locks share runs: on the same Redis, with the same prefix. Where
 * they cannot, it is said why.
 */
@Configuration(proxyBeanMethods = false)
class BusConfiguration {

	private static final Logger logger = LoggerFactory.getLogger(BusConfiguration.class);

	// There where locks are in Redis, and only there.
	@Bean
	Bus bus(ObjectProvider<AsyncLockRedisConnectionDetails> redis,
			@Value("${async-lock.redis.key-prefix:async-lock}") String prefix, JsonMapper json) {
		AsyncLockRedisConnectionDetails details = redis.getIfAvailable();
		if (details == null) {
			return alone("its locks are kept in this instance");
		}
		RedisPlace place = RedisPlace.of(details);
		if (place == null) {
			return alone("it needs async-lock.redis.url or async-lock.redis.cluster.nodes, and neither is set");
		}
		// The user that may lock may use channels of this prefix.
		return new RedisBus(place, prefix + ":sample", json);
	}

	private static Bus alone(String why) {
		logger.info("The timeline shows this instance only: {}", why);
		return new Bus.Alone(why);
	}

}
