package io.github.asynclock.sample.order;

import an.awesome.pipelinr.Command;
import reactor.core.publisher.Mono;

/** Pay one order. */
record PayOrderCommand(long orderId) implements Command<Mono<Order>> {

}
