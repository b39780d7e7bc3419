package io.github.asynclock.sample.order;

import java.util.List;

import an.awesome.pipelinr.Command;
import reactor.core.publisher.Mono;

/** Pay several orders, one after the other. */
record PayOrdersCommand(List<Long> orderIds) implements Command<Mono<List<Order>>> {

}
