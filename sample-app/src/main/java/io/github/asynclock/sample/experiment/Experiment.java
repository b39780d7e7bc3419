package io.github.asynclock.sample.experiment;

import java.util.List;

import reactor.core.publisher.Mono;

/**
 * What many callers do at once to fresh rows, which are deleted afterwards.
 */
public interface Experiment {

	/**
	 * The name in the URL.
	 */
	String scenario();

	/**
	 * Fresh rows for so many callers.
	 */
	Mono<Subject> prepare(int callers);

	/**
	 * What the caller of a number, from 0, asks for.
	 */
	default List<String> keys(Subject subject, int caller) {
		return subject.keys();
	}

	/**
	 * What the caller of a number, from 0, does: on any instance that has the rows.
	 */
	Mono<?> call(Subject subject, int caller, boolean lock);

	/**
	 * What became of the rows.
	 */
	Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps);

	Mono<Void> delete(Subject subject);

}
