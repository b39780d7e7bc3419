package io.github.asynclock.sample.order;

import java.math.BigDecimal;
import java.util.Map;

import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Report;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers process one order. */
@Component
class OrderExperiment implements Experiment {

	private final OrderRepository orders;

	private final ChargeRepository charges;

	private final OrderService service;

	private final CriticalSections sections;

	OrderExperiment(OrderRepository orders, ChargeRepository charges, OrderService service, CriticalSections sections) {
		this.orders = orders;
		this.charges = charges;
		this.service = service;
		this.sections = sections;
	}

	@Override
	public String scenario() {
		return "orders";
	}

	@Override
	public Mono<Report> run(int callers, boolean lock) {
		Order fresh = new Order(null, "experiment", new BigDecimal("10.00"), Order.Status.NEW);
		return Mono.usingWhen(this.orders.save(fresh), order -> rush(order.id(), callers, lock), this.orders::delete);
	}

	private Mono<Report> rush(long id, int callers, boolean lock) {
		String key = "order-" + id;
		Section section = this.sections.watch(key);
		return Crowd.of(callers, caller -> lock ? this.service.process(id) : this.service.processUnlocked(id))
			.flatMap(crowd -> this.charges.countByOrderId(id).map(times -> report(lock, crowd, times, section)))
			.doFinally(signal -> this.sections.forget(key));
	}

	private Report report(boolean lock, Crowd crowd, int times, Section section) {
		int tooOften = Math.max(0, times - 1);
		String summary = crowd.callers() + " callers processed one order, it was charged " + Report.times(times) + ": "
				+ ((tooOften == 0) ? "as it should be" : tooOften + " too often");
		return new Report(scenario(), lock, crowd, Map.of("timesCharged", times), tooOften, section.peak(), summary);
	}

}
