package io.github.asynclock.sample.order;

import java.util.List;
import java.util.UUID;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** One payment is submitted again and again: the first wins, the others are ignored. */
@Component
class SubmissionExperiment extends ChargeExperiment {

	private final PaymentDesk desk;

	SubmissionExperiment(OrderRepository orders, ChargeRepository charges, PaymentDesk desk) {
		super(orders, charges);
		this.desk = desk;
	}

	@Override
	public String scenario() {
		return "submissions";
	}

	// No other submission, of a former run either, has this name: it would be ignored.
	@Override
	List<String> keys(long order) {
		return List.of("submission-" + UUID.randomUUID().toString().substring(0, 8), "order-" + order);
	}

	/** Nobody asks for the order but who is accepted. */
	@Override
	public List<String> keys(Subject subject, int caller) {
		return List.of(subject.key());
	}

	@Override
	public Mono<List<Order>> call(Subject subject, int caller, boolean lock) {
		String submission = subject.key().substring("submission-".length());
		return lock ? this.desk.pay(submission, subject.ids()) : this.desk.payUnlocked(submission, subject.ids());
	}

	@Override
	String did(Crowd crowd) {
		return Report.count(crowd.callers(), "caller") + " submitted one payment, " + crowd.succeeded()
				+ ((crowd.succeeded() == 1) ? " was accepted" : " were accepted");
	}

}
