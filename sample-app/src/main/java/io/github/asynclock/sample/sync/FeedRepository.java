package io.github.asynclock.sample.sync;

import reactor.core.publisher.Mono;

import org.springframework.data.r2dbc.repository.Modifying;
import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface FeedRepository extends R2dbcRepository<Feed, Long> {

	Mono<Feed> findByName(String name);

	/**
	 * Writes unless somebody with a greater token has written before.
	 * @return the number of rows written: 1, or 0 for a writer that comes too late
	 */
	@Modifying
	@Query("UPDATE feeds SET runs = :runs, fencing_token = :token WHERE id = :id AND fencing_token <= :token")
	Mono<Integer> write(long id, int runs, long token);

}
