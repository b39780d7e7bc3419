package io.github.asynclock.sample.order;

import java.util.List;

import an.awesome.pipelinr.Pipeline;
import io.github.asynclock.FirstWins;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/** Guards against double submits: an impatient customer, a client that tries again. */
@Service
class PaymentDesk {

	private final Pipeline pipeline;

	PaymentDesk(Pipeline pipeline) {
		this.pipeline = pipeline;
	}

	/** Empty if this very submission was made already, whether it has ended or not. */
	@FirstWins(key = "'submission-' + #submission", window = "${shop.orders.submission-window}", name = "submissions")
	public Mono<List<Order>> pay(String submission, List<Long> orderIds) {
		return this.pipeline.send(new PayOrdersCommand(orderIds));
	}

}
