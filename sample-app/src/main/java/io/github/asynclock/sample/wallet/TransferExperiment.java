package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.wallet.TransferService.Receipt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Many callers transfer 1.00 each, in both directions between any two of three wallets.
 * With two wallets only, a transaction would write both, and the sum would look right
 * whatever was lost.
 */
@Component
class TransferExperiment implements Experiment {

	private static final BigDecimal BALANCE = new BigDecimal("1000.00");

	private static final int[][] ROUTES = { { 0, 1 }, { 1, 0 }, { 1, 2 }, { 2, 1 }, { 2, 0 }, { 0, 2 } };

	private final WalletRepository wallets;

	private final TransferService service;

	private final CriticalSections sections;

	TransferExperiment(WalletRepository wallets, TransferService service, CriticalSections sections) {
		this.wallets = wallets;
		this.service = service;
		this.sections = sections;
	}

	@Override
	public String scenario() {
		return "transfers";
	}

	@Override
	public Mono<Report> run(int callers, boolean lock) {
		Mono<List<Wallet>> fresh = Flux.range(1, 3)
			.concatMap(number -> this.wallets.save(new Wallet(null, "experiment", BALANCE, 0)))
			.collectList();
		return Mono.usingWhen(fresh, three -> rush(three, callers, lock), this.wallets::deleteAll);
	}

	private Mono<Report> rush(List<Wallet> before, int callers, boolean lock) {
		List<Long> ids = before.stream().map(Wallet::id).toList();
		List<Section> watched = ids.stream().map(id -> this.sections.watch("wallet-" + id)).toList();
		return Crowd.of(callers, caller -> transfer(ids, ROUTES[caller % ROUTES.length], lock))
			.flatMap(crowd -> this.wallets.findAllById(ids)
				.collectList()
				.map(after -> report(lock, crowd, before, after, watched)))
			.doFinally(signal -> ids.forEach(id -> this.sections.forget("wallet-" + id)));
	}

	private Mono<Receipt> transfer(List<Long> ids, int[] route, boolean lock) {
		long from = ids.get(route[0]);
		long to = ids.get(route[1]);
		return lock ? this.service.transfer(from, to, BigDecimal.ONE)
				: this.service.transferUnlocked(from, to, BigDecimal.ONE);
	}

	private Report report(boolean lock, Crowd crowd, List<Wallet> before, List<Wallet> after, List<Section> watched) {
		int written = after.stream().mapToInt(Wallet::movements).sum();
		// Each transfer changes two wallets.
		int lost = 2 * crowd.succeeded() - written;
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("moneyBefore", sum(before));
		rows.put("moneyAfter", sum(after));
		rows.put("balances", balances(after).map(BigDecimal::toPlainString).toList());
		int peak = watched.stream().mapToInt(Section::peak).max().orElse(0);
		String summary = crowd.callers() + " callers made " + crowd.succeeded() + " transfers, " + sum(before)
				+ " became " + sum(after) + ": " + Report.lost(lost);
		return new Report(scenario(), lock, crowd, rows, lost, peak, summary);
	}

	private static BigDecimal sum(List<Wallet> wallets) {
		return balances(wallets).reduce(BigDecimal.ZERO, BigDecimal::add);
	}

	private static Stream<BigDecimal> balances(List<Wallet> wallets) {
		return wallets.stream().map(Wallet::balance);
	}

}
