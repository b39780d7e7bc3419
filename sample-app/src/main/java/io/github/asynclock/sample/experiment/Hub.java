package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.asynclock.sample.experiment.Bus.SharedClock;
import io.github.asynclock.sample.experiment.Message.Share;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Where all that instances tell of a run comes together. One thread of its own does all
 * of it, so nothing here is locked; callers never wait for it.
 */
@Component
class Hub implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Hub.class);

	private static final Duration ROLL_CALL = Duration.ofMillis(500);

	// Lets a connection be noticed that has silently gone.
	private static final Duration HEARTBEAT = Duration.ofSeconds(10);

	private static final Duration SILENCE = Duration.ofSeconds(10);

	private final Instance instance;

	private final Bus bus;

	private final JsonMapper json;

	private final Map<String, Experiment> experiments;

	private final Scheduler thread = Schedulers.newSingle("experiments", true);

	private final Disposable.Composite listening = Disposables.composite();

	private final Map<String, Sinks.Many<Message.Here>> rollCalls = new ConcurrentHashMap<>();

	private final Sinks.Many<Run> runs = Sinks.many().replay().latest();

	private final Sinks.Empty<Void> closed = Sinks.empty();

	private volatile SharedClock clock = SharedClock.OWN;

	private @Nullable Run run;

	private @Nullable Part part;

	Hub(Instance instance, Bus bus, JsonMapper json, List<Experiment> experiments) {
		this.instance = instance;
		this.bus = bus;
		this.json = json;
		this.experiments = experiments.stream().collect(Collectors.toMap(Experiment::scenario, Function.identity()));
	}

	@EventListener(ApplicationReadyEvent.class)
	void open() {
		this.listening.add(this.bus.messages()
			.publishOn(this.thread)
			.subscribe(this::hearOther, ex -> logger.warn("Other instances are not heard any more", ex)));
		this.listening.add(
				Flux.interval(SILENCE.dividedBy(10), this.thread).onBackpressureDrop().subscribe(tick -> lookAround()));
	}

	/** Lets go of those who watch: the server waits for them otherwise. */
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.closed.tryEmitEmpty();
	}

	@Override
	public void destroy() {
		this.listening.dispose();
		this.thread.dispose();
	}

	/** Calls all instances, and says which of them see the same rows. */
	Mono<Crew> rollCall() {
		String self = this.instance.name();
		if (this.bus.alone() != null) {
			return Mono.just(Crew.alone(self, this.bus.alone()));
		}
		String call = UUID.randomUUID().toString();
		Sinks.Many<Message.Here> answers = Sinks.many().replay().all();
		this.rollCalls.put(call, answers);
		return this.instance.database()
			.flatMap(own -> this.bus.tell(new Message.RollCall(self, call))
				.flatMap(heard -> answers.asFlux().take(heard - 1).take(ROLL_CALL).collectList())
				.map(others -> Crew.of(self, own, others))
				.onErrorResume(ex -> Mono.just(Crew.alone(self, "Redis does not answer at the moment"))))
			.doFinally(signal -> this.rollCalls.remove(call));
	}

	/** The clock that a crew shares. */
	Mono<SharedClock> clockOf(Crew crew) {
		return crew.isAlone() ? Mono.just(SharedClock.OWN) : this.bus.clock();
	}

	/** Begins a run, here and at all others. */
	Mono<Run> begin(Message.Start start, SharedClock clock) {
		return onThread(() -> {
			Run run = started(start, clock);
			tellOthers(start);
			return run;
		});
	}

	/** Ends a run, here and at all others. */
	Mono<Void> end(Run run, Findings found) {
		return onThread(() -> {
			tell(new Message.End(this.instance.name(), run.start().run(), run.summary(found)));
			return true;
		}).then();
	}

	/** Stops a run, here and at all others, if it is under way. */
	void abort(String run, String why) {
		this.thread.schedule(() -> {
			if (isOf(run) && !this.run.isOver()) {
				tell(new Message.End(this.instance.name(), run, this.run.aborted(why)));
			}
		});
	}

	private <T> Mono<T> onThread(Supplier<T> action) {
		return Mono.fromSupplier(action).subscribeOn(this.thread);
	}

	/**
	 * Which run is known here, then all of it, and all that are under way from now on, as
	 * text.
	 */
	Flux<String> events() {
		Flux<String> beats = Flux.interval(Duration.ZERO, HEARTBEAT).onBackpressureDrop().map(beat -> ":\n\n");
		Flux<String> told = onThread(this::hello).concatWith(this.runs.asFlux().switchMap(Run::events));
		return Flux.merge(beats, told).takeUntilOther(this.closed.asMono());
	}

	/** For who has missed something, and does not know what. */
	private String hello() {
		return (this.run != null) ? Frames.hello(this.json, this.run.start().run(), this.run.isOver())
				: Frames.hello(this.json, null, true);
	}

	/** How many watch. */
	int watchers() {
		return this.runs.currentSubscriberCount();
	}

	private void tell(Message message) {
		hear(message);
		tellOthers(message);
	}

	private void tellOthers(Message message) {
		this.bus.tell(message).subscribe(heard -> {
		}, ex -> logger.debug("Nobody else hears of this", ex));
	}

	/** One message that makes no sense must not be the last one that is heard. */
	private void hearOther(Message message) {
		try {
			if (!message.from().equals(this.instance.name())) {
				hear(message);
			}
		}
		catch (RuntimeException ex) {
			logger.warn("Another instance said something that makes no sense; it is skipped: {}", message, ex);
		}
	}

	private void hear(Message message) {
		if (message instanceof Message.RollCall rollCall) {
			answer(rollCall);
		}
		else if (message instanceof Message.Here here) {
			Sinks.Many<Message.Here> answers = this.rollCalls.get(here.call());
			if (answers != null) {
				answers.tryEmitNext(here);
			}
		}
		else if (message instanceof Message.Start start) {
			started(start, this.clock);
		}
		else if (message instanceof Message.Changes changes && isOf(changes.run())) {
			this.run.add(changes);
		}
		else if (message instanceof Message.Done done && isOf(done.run())) {
			this.run.add(done);
		}
		else if (message instanceof Message.End end && isOf(end.run())) {
			ended(end.summary());
		}
	}

	private boolean isOf(String run) {
		return this.run != null && this.run.start().run().equals(run);
	}

	private void answer(Message.RollCall rollCall) {
		this.bus.clock()
			.doOnNext(read -> this.clock = read)
			.then(this.instance.database())
			.subscribe(database -> this.bus.tell(new Message.Here(this.instance.name(), rollCall.call(), database))
				.subscribe(), ex -> logger.warn("A roll call could not be answered", ex));
	}

	private Run started(Message.Start start, SharedClock clock) {
		if (this.part != null) {
			this.part.stop();
		}
		this.run = new Run(start, this.json);
		this.part = null;
		this.runs.tryEmitNext(this.run);
		for (Share share : start.shares()) {
			Experiment experiment = this.experiments.get(start.scenario());
			if (share.instance().equals(this.instance.name()) && experiment != null) {
				this.part = new Part(start, share, clock, this.thread, this::tell);
				this.part.begin(experiment);
			}
		}
		return this.run;
	}

	private void ended(Summary summary) {
		if (this.part != null) {
			this.part.stop();
			this.part = null;
		}
		this.run.end(summary);
	}

	/** Waits for nobody who is gone. */
	private void lookAround() {
		if (this.run == null || this.run.isOver()) {
			return;
		}
		String from = this.run.start().from();
		if (from.equals(this.instance.name())) {
			for (Share share : this.run.silent(SILENCE.toNanos())) {
				tell(new Message.Done(share.instance(), this.run.start().run(), Crowd.gone(share.calls()), 0));
			}
		}
		else if (this.run.isSilent(from, SILENCE.toNanos())) {
			ended(this.run.aborted("The instance that began this run is gone."));
		}
	}

}
