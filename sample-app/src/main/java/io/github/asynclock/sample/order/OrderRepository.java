package io.github.asynclock.sample.order;

import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface OrderRepository extends R2dbcRepository<Order, Long> {

}
