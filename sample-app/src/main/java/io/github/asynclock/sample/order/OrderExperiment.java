package io.github.asynclock.sample.order;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Findings;
import io.github.asynclock.sample.experiment.Overlaps;
import io.github.asynclock.sample.experiment.Quantity;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers process one order. */
@Component
class OrderExperiment implements Experiment {

	private final OrderRepository orders;

	private final ChargeRepository charges;

	private final OrderService service;

	OrderExperiment(OrderRepository orders, ChargeRepository charges, OrderService service) {
		this.orders = orders;
		this.charges = charges;
		this.service = service;
	}

	@Override
	public String scenario() {
		return "orders";
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		return this.orders.save(new Order(null, "experiment", new BigDecimal("10.00"), Order.Status.NEW))
			.map(order -> new Subject(List.of(order.id()), List.of("order-" + order.id()),
					new Quantity("Charges", 0, 1, 1.0)));
	}

	@Override
	public Mono<Order> call(Subject subject, int caller, boolean lock) {
		return lock ? this.service.process(subject.id()) : this.service.processUnlocked(subject.id());
	}

	@Override
	public Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps) {
		return this.charges.countByOrderId(subject.id()).map(times -> findings(lock, crowd, times, overlaps));
	}

	@Override
	public Mono<Void> delete(Subject subject) {
		return this.orders.deleteById(subject.id());
	}

	private Findings findings(boolean lock, Crowd crowd, int times, Overlaps overlaps) {
		int tooOften = Math.max(0, times - 1);
		String summary = crowd.callers() + " callers processed one order, it was charged " + Report.times(times) + ": "
				+ ((tooOften == 0) ? "as it should be" : tooOften + " too often");
		Report report = new Report(scenario(), lock, crowd, Map.of("timesCharged", times), tooOften, overlaps.peak(),
				summary);
		return new Findings(report, crowd.callers() + " callers processed one order",
				"charged " + Report.times(times) + ", " + tooOften + " too often");
	}

}
