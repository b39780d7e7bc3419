package io.github.asynclock.sample.sync;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * What is synchronised from a supplier.
 *
 * @param runs how many synchronisations the data is the result of
 * @param fencingToken the greatest token that has written here
 */
@Table("FEEDS")
record Feed(@Id @Nullable Long id, String name, int runs, long fencingToken) {

	Feed next(long token) {
		return new Feed(this.id, this.name, this.runs + 1, token);
	}

}
