package io.github.asynclock.sample.item;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Report;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers buy one piece each; there are only half as many. */
@Component
class ItemExperiment implements Experiment {

	private static final int MOST_STOCK = 1_000;

	private final ItemRepository items;

	private final ItemService service;

	private final CriticalSections sections;

	ItemExperiment(ItemRepository items, ItemService service, CriticalSections sections) {
		this.items = items;
		this.service = service;
		this.sections = sections;
	}

	@Override
	public String scenario() {
		return "items";
	}

	@Override
	public Mono<Report> run(int callers, boolean lock) {
		int stock = Math.min((callers + 1) / 2, MOST_STOCK);
		Item fresh = new Item(null, "experiment", stock, 0);
		return Mono.usingWhen(this.items.save(fresh), item -> rush(item, callers, lock), this.items::delete);
	}

	private Mono<Report> rush(Item before, int callers, boolean lock) {
		long id = before.id();
		String key = "item-" + id;
		Section section = this.sections.watch(key);
		return Crowd.of(callers, caller -> Mono.fromFuture(() -> purchase(id, lock)))
			.flatMap(crowd -> this.service.find(id).map(after -> report(lock, crowd, before, after, section)))
			.doFinally(signal -> this.sections.forget(key));
	}

	private CompletableFuture<Item> purchase(long id, boolean lock) {
		return lock ? this.service.purchase(id, 1) : this.service.purchaseUnlocked(id, 1);
	}

	private Report report(boolean lock, Crowd crowd, Item before, Item after, Section section) {
		int fell = before.stock() - after.stock();
		int lost = crowd.succeeded() - fell;
		Map<String, Integer> rows = new LinkedHashMap<>();
		rows.put("stockBefore", before.stock());
		rows.put("stockLeft", after.stock());
		rows.put("sold", after.sold());
		String summary = crowd.callers() + " callers bought " + Report.times(crowd.succeeded()) + " from a stock of "
				+ before.stock() + ", which fell by " + fell + ": " + Report.lost(lost);
		return new Report(scenario(), lock, crowd, rows, lost, section.peak(), summary);
	}

}
