package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.UUID;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Conducts runs, one at a time, whoever asks for them: here or, with Redis, on another
 * instance. Who stops waiting for a run stops it.
 */
@Component
class Conductor {

	private static final LockRequest TURN = LockRequest.of("experiments").named("experiments");

	// So that all begin together.
	private static final Duration LEAD = Duration.ofMillis(50);

	private final LockService locks;

	private final Hub hub;

	private final Instance instance;

	Conductor(LockService locks, Hub hub, Instance instance) {
		this.locks = locks;
		this.hub = hub;
		this.instance = instance;
	}

	Mono<Report> conduct(Experiment experiment, int callers, boolean lock) {
		return this.locks.executeMono(TURN, turn -> Mono.usingWhen(experiment.prepare(callers),
				subject -> run(experiment, callers, lock, subject), experiment::delete));
	}

	private Mono<Report> run(Experiment experiment, int callers, boolean lock, Subject subject) {
		String id = UUID.randomUUID().toString();
		return this.hub.rollCall()
			.flatMap(crew -> this.hub.clockOf(crew)
				.flatMap(clock -> this.hub
					.begin(new Message.Start(this.instance.name(), id, experiment.scenario(), lock, callers, subject,
							clock.now() + (crew.isAlone() ? 0 : LEAD.toNanos()), crew.shares(callers), crew.apart()),
							clock)))
			.flatMap(run -> watch(experiment, run))
			.doOnError(ex -> this.hub.abort(id, "The run has failed."))
			.doOnCancel(() -> this.hub.abort(id, "The run was stopped."));
	}

	private Mono<Report> watch(Experiment experiment, Run run) {
		return run.done()
			.flatMap(crowd -> experiment.findings(run.start().subject(), run.start().lock(), crowd, run.overlaps()))
			.flatMap(found -> this.hub.end(run, found).thenReturn(found.report()));
	}

}
