package io.github.asynclock.sample.order;

import an.awesome.pipelinr.Pipeline;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Many callers pay one order, each by a command: with the bus, which locks, or past it.
 */
@Component
class PaymentExperiment extends ChargeExperiment {

	private final Pipeline pipeline;

	private final PayOrderHandler handler;

	PaymentExperiment(OrderRepository orders, ChargeRepository charges, Pipeline pipeline, PayOrderHandler handler) {
		super(orders, charges);
		this.pipeline = pipeline;
		this.handler = handler;
	}

	@Override
	public String scenario() {
		return "payments";
	}

	@Override
	public Mono<Order> call(Subject subject, int caller, boolean lock) {
		PayOrderCommand command = new PayOrderCommand(subject.id());
		return lock ? this.pipeline.send(command) : this.handler.handle(command);
	}

	@Override
	String did(Crowd crowd) {
		return Report.count(crowd.callers(), "caller") + " paid one order by a command";
	}

}
