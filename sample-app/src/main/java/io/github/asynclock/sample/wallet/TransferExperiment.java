package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Findings;
import io.github.asynclock.sample.experiment.Overlaps;
import io.github.asynclock.sample.experiment.Quantity;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
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

	TransferExperiment(WalletRepository wallets, TransferService service) {
		this.wallets = wallets;
		this.service = service;
	}

	@Override
	public String scenario() {
		return "transfers";
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		return Flux.range(1, 3)
			.concatMap(number -> this.wallets.save(new Wallet(null, "experiment", BALANCE, 0)))
			.map(Wallet::id)
			.collectList()
			.map(ids -> new Subject(ids, ids.stream().map(TransferExperiment::key).toList(),
					new Quantity("Money in all wallets", 3 * BALANCE.doubleValue(), 0, null)));
	}

	@Override
	public List<String> keys(Subject subject, int caller) {
		return IntStream.of(route(caller)).mapToObj(subject.keys()::get).toList();
	}

	@Override
	public Mono<Receipt> call(Subject subject, int caller, boolean lock) {
		return transfer(subject.ids(), route(caller), lock);
	}

	@Override
	public Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps) {
		return this.wallets.findAllById(subject.ids())
			.collectList()
			.map(after -> findings(lock, crowd, BALANCE.multiply(BigDecimal.valueOf(3)), after, overlaps));
	}

	@Override
	public Mono<Void> delete(Subject subject) {
		return this.wallets.deleteAllById(subject.ids());
	}

	private static int[] route(int caller) {
		return ROUTES[caller % ROUTES.length];
	}

	private static String key(long id) {
		return "wallet-" + id;
	}

	private Mono<Receipt> transfer(List<Long> ids, int[] route, boolean lock) {
		long from = ids.get(route[0]);
		long to = ids.get(route[1]);
		return lock ? this.service.transfer(from, to, BigDecimal.ONE)
				: this.service.transferUnlocked(from, to, BigDecimal.ONE);
	}

	private Findings findings(boolean lock, Crowd crowd, BigDecimal before, List<Wallet> after, Overlaps overlaps) {
		int written = after.stream().mapToInt(Wallet::movements).sum();
		// Each transfer changes two wallets.
		int lost = 2 * crowd.succeeded() - written;
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("moneyBefore", before);
		rows.put("moneyAfter", sum(after));
		rows.put("balances", balances(after).map(BigDecimal::toPlainString).toList());
		String summary = Report.count(crowd.callers(), "caller") + " made "
				+ Report.count(crowd.succeeded(), "transfer") + ", " + before + " became " + sum(after) + ": "
				+ Report.lost(lost);
		return new Findings(new Report(scenario(), lock, crowd, rows, lost, overlaps.peak(), summary),
				Report.count(crowd.callers(), "caller") + " made " + Report.count(crowd.succeeded(), "transfer"),
				before + " became " + sum(after) + ", " + Report.lost(lost));
	}

	private static BigDecimal sum(List<Wallet> wallets) {
		return balances(wallets).reduce(BigDecimal.ZERO, BigDecimal::add);
	}

	private static Stream<BigDecimal> balances(List<Wallet> wallets) {
		return wallets.stream().map(Wallet::balance);
	}

}
