package io.github.asynclock.sample.upload;

import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface UserRepository extends R2dbcRepository<User, Long> {

}
