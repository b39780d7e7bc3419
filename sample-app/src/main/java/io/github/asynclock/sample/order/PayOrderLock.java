package io.github.asynclock.sample.order;

import java.time.Duration;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockKeys;
import io.github.asynclock.LockRequest;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The command bus holds this around all of the command: {@code Order-10}. */
@Component
class PayOrderLock implements CommandLock<PayOrderCommand> {

	private final Duration waitTime;

	PayOrderLock(@Value("${shop.orders.wait-time}") Duration waitTime) {
		this.waitTime = waitTime;
	}

	@Override
	public Mono<LockRequest> lockFor(PayOrderCommand command) {
		return Mono.just(LockRequest.of(LockKeys.forType(Order.class, command.orderId())).waitingAtMost(this.waitTime));
	}

}
