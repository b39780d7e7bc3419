package io.github.asynclock.sample.order;

import java.time.Duration;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockKeys;
import io.github.asynclock.LockRequest;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** A collection gives several keys: {@code Order-10} and {@code Order-11}. */
@Component
class PayOrdersLock implements CommandLock<PayOrdersCommand> {

	private final Duration waitTime;

	PayOrdersLock(@Value("${shop.orders.wait-time}") Duration waitTime) {
		this.waitTime = waitTime;
	}

	@Override
	public Mono<LockRequest> lockFor(PayOrdersCommand command) {
		return Mono
			.just(LockRequest.of(LockKeys.forType(Order.class, command.orderIds())).waitingAtMost(this.waitTime));
	}

}
