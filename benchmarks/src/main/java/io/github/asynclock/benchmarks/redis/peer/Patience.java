package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;

/**
 * How long contestants wait for a key: longer than any row takes, so that none gives up.
 */
final class Patience {

	static final Duration FULL = Duration.ofMinutes(2);

	private Patience() {
	}

}
