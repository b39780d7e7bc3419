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

/** Many callers want one order processed, which is to be charged once. */
abstract class ChargeExperiment implements Experiment {

	private final OrderRepository orders;

	private final ChargeRepository charges;

	ChargeExperiment(OrderRepository orders, ChargeRepository charges) {
		this.orders = orders;
		this.charges = charges;
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		return this.orders.save(new Order(null, "experiment", new BigDecimal("10.00"), Order.Status.NEW))
			.map(order -> new Subject(List.of(order.id()), keys(order.id()), new Quantity("Charges", 0, 1, 1.0)));
	}

	/** What is asked for and worked on. */
	List<String> keys(long order) {
		return List.of("order-" + order);
	}

	/** What the callers did, in words. */
	abstract String did(Crowd crowd);

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
		String summary = did(crowd) + ", it was charged " + Report.times(times) + ": "
				+ ((tooOften == 0) ? "as it should be" : tooOften + " too often");
		Report report = new Report(scenario(), lock, crowd, Map.of("timesCharged", times), tooOften, overlaps.peak(),
				summary);
		return new Findings(report, did(crowd), "charged " + Report.times(times) + ", " + tooOften + " too often");
	}

}
