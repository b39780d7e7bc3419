package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;
import java.util.List;

import io.github.asynclock.Locked;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RemoteCall;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Moves money between two wallets, in a transaction. The transaction alone does not help:
 * both of two transactions read the old balance. The lock goes around it, so that the
 * next one starts after the commit.
 */
@Service
class TransferService {

	private final WalletRepository wallets;

	private final RemoteCall fraudCheck;

	private final CriticalSections sections;

	TransferService(WalletRepository wallets, RemoteCall fraudCheck, CriticalSections sections) {
		this.wallets = wallets;
		this.fraudCheck = fraudCheck;
		this.sections = sections;
	}

	// Two keys: both or none, and no deadlock with those who go the other way.
	@Locked(key = { "'wallet-' + #from", "'wallet-' + #to" })
	@Transactional
	public Mono<Receipt> transfer(long from, long to, BigDecimal amount) {
		return transferUnlocked(from, to, amount);
	}

	@Transactional
	public Mono<Receipt> transferUnlocked(long from, long to, BigDecimal amount) {
		Mono<Receipt> transfer = find(from).zipWhen(source -> find(to))
			.delayUntil(both -> this.fraudCheck.answer())
			.flatMap(both -> write(both.getT1().withdraw(amount), both.getT2().deposit(amount)));
		return this.sections.inside("wallet-" + from,
				this.sections.inside("wallet-" + to, transfer, receipt -> receipt.to().balance()),
				receipt -> receipt.from().balance());
	}

	// In the order of the ids, so that two unlocked transactions do not deadlock in the
	// database: they shall run into each other here, not fail.
	private Mono<Receipt> write(Wallet source, Wallet target) {
		List<Wallet> ordered = (source.id() < target.id()) ? List.of(source, target) : List.of(target, source);
		return this.wallets.saveAll(ordered).then(Mono.just(new Receipt(source, target)));
	}

	public Mono<Wallet> find(long id) {
		return this.wallets.findById(id).switchIfEmpty(Mono.error(() -> new NotFoundException("wallet", id)));
	}

	/**
	 * Both wallets after the transfer.
	 */
	record Receipt(Wallet from, Wallet to) {

	}

}
