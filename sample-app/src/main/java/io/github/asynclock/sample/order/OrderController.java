package io.github.asynclock.sample.order;

import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/orders/{id}")
class OrderController {

	private final OrderService service;

	private final ChargeRepository charges;

	OrderController(OrderService service, ChargeRepository charges) {
		this.service = service;
		this.charges = charges;
	}

	@GetMapping
	Mono<State> state(@PathVariable long id) {
		return this.service.find(id).flatMap(this::state);
	}

	@PostMapping("/process")
	Mono<State> process(@PathVariable long id, @RequestParam(defaultValue = "true") boolean lock) {
		Mono<Order> processed = lock ? this.service.process(id) : this.service.processUnlocked(id);
		return processed.flatMap(this::state);
	}

	private Mono<State> state(Order order) {
		return this.charges.countByOrderId(order.id()).map(times -> new State(order, times));
	}

	record State(Order order, int timesCharged) {

	}

}
