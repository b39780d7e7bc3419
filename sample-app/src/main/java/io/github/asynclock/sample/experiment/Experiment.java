package io.github.asynclock.sample.experiment;

import reactor.core.publisher.Mono;

/**
 * Fires many callers at once at a fresh row of its own, says what happened to the row,
 * and deletes it.
 */
public interface Experiment {

	/**
	 * The name in the URL.
	 */
	String scenario();

	Mono<Report> run(int callers, boolean lock);

}
