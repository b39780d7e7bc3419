package io.github.asynclock.sample.experiment;

import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;

/** Instances that share locks share runs: on the same Redis, with the same prefix. */
@Configuration(proxyBeanMethods = false)
class BusConfiguration {

	@Bean
	Bus bus(ObjectProvider<AsyncLockRedisConnectionDetails> redis,
			@Value("${async-lock.redis.key-prefix:async-lock}") String prefix, JsonMapper json) {
		AsyncLockRedisConnectionDetails details = redis.getIfAvailable();
		if (details == null || !StringUtils.hasText(details.getUrl())) {
			return new Bus.Alone();
		}
		RedisURI uri = RedisURI.create(details.getUrl());
		if (StringUtils.hasText(details.getPassword())) {
			uri.setCredentialsProvider(
					new StaticCredentialsProvider(details.getUsername(), details.getPassword().toCharArray()));
		}
		// The user that may lock may use channels of this prefix.
		return new RedisBus(uri, prefix + ":sample", json);
	}

}
