package io.github.asynclock.sample.order;

import java.util.List;

import an.awesome.pipelinr.Command;
import an.awesome.pipelinr.Pipeline;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Sends a command of its own for each order; those re-enter the keys of this one. */
@Component
class PayOrdersHandler implements Command.Handler<PayOrdersCommand, Mono<List<Order>>> {

	private final Pipeline pipeline;

	PayOrdersHandler(Pipeline pipeline) {
		this.pipeline = pipeline;
	}

	@Override
	public Mono<List<Order>> handle(PayOrdersCommand command) {
		return Flux.fromIterable(command.orderIds())
			.concatMap(id -> this.pipeline.send(new PayOrderCommand(id)))
			.collectList();
	}

}
