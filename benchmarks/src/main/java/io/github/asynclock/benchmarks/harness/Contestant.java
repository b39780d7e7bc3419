package io.github.asynclock.benchmarks.harness;

import java.util.Map;

/**
 * Something that is measured by rounds, each a batch of work. It has a JVM of its own.
 */
public interface Contestant extends AutoCloseable {

	/**
	 * Shows once, before anything is timed, that the work is done as claimed.
	 */
	default void check() throws Exception {
	}

	/**
	 * Does the work once.
	 * @return figures by name
	 */
	Map<String, Double> round() throws Exception;

	@Override
	default void close() throws Exception {
	}

}
