package io.github.asynclock.sample.upload;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.data.r2dbc.repository.Query;
import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface StoredFileRepository extends R2dbcRepository<StoredFile, Long> {

	Flux<StoredFile> findByUserIdOrderByName(long userId);

	Mono<StoredFile> findByUserIdAndName(long userId, String name);

	@Query("SELECT COALESCE(SUM(size_bytes), 0) FROM files WHERE user_id = :userId AND name <> :name")
	Mono<Long> sumOfOthers(long userId, String name);

}
