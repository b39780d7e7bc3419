package io.github.asynclock.sample.order;

import an.awesome.pipelinr.Command;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Knows nothing of locks: who sends the command has it locked. */
@Component
class PayOrderHandler implements Command.Handler<PayOrderCommand, Mono<Order>> {

	private final OrderService orders;

	PayOrderHandler(OrderService orders) {
		this.orders = orders;
	}

	@Override
	public Mono<Order> handle(PayOrderCommand command) {
		return this.orders.processUnlocked(command.orderId());
	}

}
