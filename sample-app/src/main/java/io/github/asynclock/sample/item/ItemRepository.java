package io.github.asynclock.sample.item;

import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface ItemRepository extends R2dbcRepository<Item, Long> {

}
