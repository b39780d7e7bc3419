package io.github.asynclock.sample.order;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers process one order. */
@Component
class OrderExperiment extends ChargeExperiment {

	private final OrderService service;

	OrderExperiment(OrderRepository orders, ChargeRepository charges, OrderService service) {
		super(orders, charges);
		this.service = service;
	}

	@Override
	public String scenario() {
		return "orders";
	}

	@Override
	public Mono<Order> call(Subject subject, int caller, boolean lock) {
		return lock ? this.service.process(subject.id()) : this.service.processUnlocked(subject.id());
	}

	@Override
	String did(Crowd crowd) {
		return Report.count(crowd.callers(), "caller") + " processed one order";
	}

}
