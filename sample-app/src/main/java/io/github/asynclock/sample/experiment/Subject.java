package io.github.asynclock.sample.experiment;

import java.util.List;

/**
 * The fresh rows of a run. All that another instance has to know to take part.
 *
 * @param ids of the rows
 * @param keys that the callers ask for
 * @param quantity what is watched
 */
public record Subject(List<Long> ids, List<String> keys, Quantity quantity) {

	/** The only row's id. */
	public long id() {
		return this.ids.get(0);
	}

	/** The only key. */
	public String key() {
		return this.keys.get(0);
	}

}
