package io.github.asynclock.sample.order;

import java.util.List;

import an.awesome.pipelinr.Pipeline;
import io.github.asynclock.FirstWins;
import io.github.asynclock.sample.CriticalSections;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/** Guards against double submits: an impatient customer, a client that tries again. */
@Service
class PaymentDesk {

	private final Pipeline pipeline;

	private final OrderService orders;

	private final CriticalSections sections;

	PaymentDesk(Pipeline pipeline, OrderService orders, CriticalSections sections) {
		this.pipeline = pipeline;
		this.orders = orders;
		this.sections = sections;
	}

	/** Empty if this very submission was made already, whether it has ended or not. */
	@FirstWins(key = "'submission-' + #submission", window = "${shop.orders.submission-window}", name = "submissions")
	public Mono<List<Order>> pay(String submission, List<Long> orderIds) {
		return accepted(submission, this.pipeline.send(new PayOrdersCommand(orderIds)));
	}

	/** Neither the submission is looked at nor an order locked. */
	public Mono<List<Order>> payUnlocked(String submission, List<Long> orderIds) {
		return accepted(submission, Flux.fromIterable(orderIds).concatMap(this.orders::processUnlocked).collectList());
	}

	private Mono<List<Order>> accepted(String submission, Mono<List<Order>> payment) {
		return this.sections.inside("submission-" + submission, payment);
	}

}
