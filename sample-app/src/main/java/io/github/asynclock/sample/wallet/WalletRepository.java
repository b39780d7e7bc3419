package io.github.asynclock.sample.wallet;

import org.springframework.data.r2dbc.repository.R2dbcRepository;

interface WalletRepository extends R2dbcRepository<Wallet, Long> {

}
