package io.github.asynclock.sample.order;

import io.github.asynclock.Locked;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RefusedException;
import io.github.asynclock.sample.RemoteCall;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/** Processes an order, which must happen once: the customer is charged for it. */
@Service
class OrderService {

	private final OrderRepository orders;

	private final ChargeRepository charges;

	private final RemoteCall payment;

	private final CriticalSections sections;

	OrderService(OrderRepository orders, ChargeRepository charges, RemoteCall payment, CriticalSections sections) {
		this.orders = orders;
		this.charges = charges;
		this.payment = payment;
		this.sections = sections;
	}

	// Somebody waits at the other end of the line: rather say "busy" after a while.
	@Locked(key = "'Order-' + #id", waitTime = "${shop.orders.wait-time}")
	public Mono<Order> process(long id) {
		return processUnlocked(id);
	}

	public Mono<Order> processUnlocked(long id) {
		return this.sections.inside("order-" + id,
				find(id).doOnNext(OrderService::requireNew)
					.delayUntil(order -> this.payment.answer())
					.delayUntil(order -> this.charges.save(new Charge(null, id, order.total())))
					.flatMap(order -> this.orders.save(order.processed())));
	}

	public Mono<Order> find(long id) {
		return this.orders.findById(id).switchIfEmpty(Mono.error(() -> new NotFoundException("order", id)));
	}

	private static void requireNew(Order order) {
		if (order.status() != Order.Status.NEW) {
			throw new RefusedException("Order " + order.id() + " is " + order.status() + " already");
		}
	}

}
