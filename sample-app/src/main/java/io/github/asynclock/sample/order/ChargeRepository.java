package io.github.asynclock.sample.order;

import reactor.core.publisher.Mono;

import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface ChargeRepository extends R2dbcRepository<Charge, Long> {

	Mono<Integer> countByOrderId(long orderId);

}
