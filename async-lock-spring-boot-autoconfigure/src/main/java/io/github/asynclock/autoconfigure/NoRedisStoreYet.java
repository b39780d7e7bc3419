package io.github.asynclock.autoconfigure;

import java.util.List;

import io.github.asynclock.autoconfigure.AsyncLockProperties.Provider;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Fails the start of an application that asks for locks on Redis, which this version does
 * not have: with a lock per JVM instead, its instances would not exclude each other. Goes
 * away with the Redis store.
 */
final class NoRedisStoreYet extends AbstractFailureAnalyzer<NoRedisStoreYet.Failure> {

	private static final String URL = "async-lock.redis.url";

	private static final String NODES = "async-lock.redis.cluster.nodes";

	static void refuseRedis(Provider provider, Environment environment) {
		if (provider == Provider.REDIS) {
			throw new Failure("async-lock.provider=redis");
		}
		if (provider == Provider.AUTO) {
			Binder binder = Binder.get(environment);
			refuse(URL, binder.bind(URL, String.class).map(List::of).orElseGet(List::of));
			refuse(NODES, binder.bind(NODES, Bindable.listOf(String.class)).orElseGet(List::of));
		}
	}

	/** The value is not shown: a URL may hold a password. */
	private static void refuse(String property, List<String> values) {
		if (values.stream().anyMatch(StringUtils::hasText)) {
			throw new Failure(property);
		}
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, Failure cause) {
		return new FailureAnalysis(cause.getMessage(),
				"To lock within one JVM only, set async-lock.provider=local. Do so only if a single instance of the "
						+ "application runs: several would not exclude each other. For several instances, declare "
						+ "a LockStore or LockService bean of your own, or wait for the version with the Redis store.",
				cause);
	}

	static final class Failure extends RuntimeException {

		private static final long serialVersionUID = 1L;

		Failure(String asked) {
			super("'" + asked + "' is set, but this version of async-lock has no Redis store yet.");
		}

	}

}
