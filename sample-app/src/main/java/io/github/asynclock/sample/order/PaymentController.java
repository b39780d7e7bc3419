package io.github.asynclock.sample.order;

import java.util.List;
import java.util.Objects;

import an.awesome.pipelinr.Pipeline;
import io.github.asynclock.sample.InvalidInputException;
import io.github.asynclock.sample.RefusedException;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

@RestController
class PaymentController {

	private final PaymentDesk desk;

	private final Pipeline pipeline;

	PaymentController(PaymentDesk desk, Pipeline pipeline) {
		this.desk = desk;
		this.pipeline = pipeline;
	}

	@PostMapping("/orders/{id}/pay")
	Mono<Order> pay(@PathVariable long id) {
		return this.pipeline.send(new PayOrderCommand(id));
	}

	@PostMapping("/payments")
	Mono<List<Order>> pay(@RequestBody Payment payment) {
		return this.desk.pay(payment.submission(), payment.orders())
			.switchIfEmpty(Mono.error(() -> new RefusedException(
					"Submission " + payment.submission() + " was made already; this one was ignored")));
	}

	/**
	 * @param submission the same if the client submits once more
	 * @param orders the ids of the orders to pay
	 */
	record Payment(String submission, List<Long> orders) {

		Payment {
			if (submission == null || submission.isBlank()) {
				throw new InvalidInputException("submission is missing; give any text that no other payment has");
			}
			if (orders == null || orders.isEmpty() || orders.stream().anyMatch(Objects::isNull)) {
				throw new InvalidInputException("orders is " + orders + "; give the ids of the orders, like [1, 2]");
			}
			orders = List.copyOf(orders);
		}

	}

}
