package io.github.asynclock.sample.item;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Findings;
import io.github.asynclock.sample.experiment.Overlaps;
import io.github.asynclock.sample.experiment.Quantity;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers buy one piece each; there are only half as many. */
@Component
class ItemExperiment implements Experiment {

	private static final int MOST_STOCK = 1_000;

	private final ItemRepository items;

	private final ItemService service;

	ItemExperiment(ItemRepository items, ItemService service) {
		this.items = items;
		this.service = service;
	}

	@Override
	public String scenario() {
		return "items";
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		int stock = Math.min((callers + 1) / 2, MOST_STOCK);
		return this.items.save(new Item(null, "experiment", stock, 0))
			.map(item -> new Subject(List.of(item.id()), List.of("item-" + item.id()),
					new Quantity("Stock", stock, -1, 0.0)));
	}

	@Override
	public Mono<Item> call(Subject subject, int caller, boolean lock) {
		return Mono.fromFuture(() -> purchase(subject.id(), lock));
	}

	private CompletableFuture<Item> purchase(long id, boolean lock) {
		return lock ? this.service.purchase(id, 1) : this.service.purchaseUnlocked(id, 1);
	}

	@Override
	public Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps) {
		int before = (int) subject.quantity().before();
		return this.service.find(subject.id()).map(after -> findings(lock, crowd, before, after, overlaps));
	}

	@Override
	public Mono<Void> delete(Subject subject) {
		return this.items.deleteById(subject.id());
	}

	private Findings findings(boolean lock, Crowd crowd, int before, Item after, Overlaps overlaps) {
		int fell = before - after.stock();
		int lost = crowd.succeeded() - fell;
		Map<String, Integer> rows = new LinkedHashMap<>();
		rows.put("stockBefore", before);
		rows.put("stockLeft", after.stock());
		rows.put("sold", after.sold());
		String summary = Report.count(crowd.callers(), "caller") + " bought " + Report.times(crowd.succeeded())
				+ " from a stock of " + before + ", which fell by " + fell + ": " + Report.lost(lost);
		String verdict = Math.max(0, crowd.succeeded() - before) + " oversold, " + Report.lost(lost);
		return new Findings(new Report(scenario(), lock, crowd, rows, lost, overlaps.peak(), summary),
				Report.count(crowd.callers(), "caller") + " bought " + crowd.succeeded() + " of "
						+ Report.count(before, "unit"),
				verdict);
	}

}
