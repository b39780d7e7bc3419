package io.github.asynclock.benchmarks;

import java.util.Arrays;

import io.github.asynclock.benchmarks.local.LocalBenchmarks;
import io.github.asynclock.benchmarks.redis.RedisBenchmarks;

/**
 * Starts a group of benchmarks by its name: {@code java -jar benchmarks.jar local}.
 */
public final class Benchmarks {

	private Benchmarks() {
	}

	public static void main(String[] args) throws Exception {
		String group = (args.length > 0) ? args[0] : "";
		String[] rest = (args.length > 0) ? Arrays.copyOfRange(args, 1, args.length) : args;
		switch (group) {
			case "local" -> LocalBenchmarks.main(rest);
			case "redis" -> RedisBenchmarks.main(rest);
			default -> {
				System.err.println("Give a group of benchmarks: local, redis. Found: \"" + group + "\"");
				System.exit(2);
			}
		}
	}

}
