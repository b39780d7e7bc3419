package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.asynclock.sample.experiment.Bus.SharedClock;
import io.github.asynclock.sample.experiment.Message.Share;
import io.github.asynclock.sample.timeline.Call;
import io.github.asynclock.sample.timeline.Change;
import io.github.asynclock.sample.timeline.Journal;
import io.github.asynclock.sample.timeline.RunClock;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * This instance's calls of a run. They write down what happens to them; now and then the
 * hub's thread reads that and tells it. That goes on until the run is over: it also says
 * that this instance is still there.
 */
final class Part {

	private static final Duration PERIOD = Duration.ofMillis(50);

	private static final int MOST_CHANGES = 500;

	private final Message.Start start;

	private final Share share;

	private final Scheduler thread;

	private final Consumer<Message> told;

	private final RunClock clock;

	private final Journal journal;

	private final Disposable.Composite running = Disposables.composite();

	Part(Message.Start start, Share share, SharedClock clock, Scheduler thread, Consumer<Message> told) {
		this.start = start;
		this.share = share;
		this.thread = thread;
		this.told = told;
		this.clock = new RunClock(start.startAt() - clock.offset(), clock.error());
		this.journal = new Journal(share.calls() * changesOf(start.subject()), this.clock);
	}

	/** Asked, started and ended per key, and the answer. */
	private static int changesOf(Subject subject) {
		return 3 * Math.min(2, subject.keys().size()) + 1;
	}

	void begin(Experiment experiment) {
		List<Call> calls = IntStream.range(this.share.first(), this.share.first() + this.share.calls())
			.mapToObj(number -> new Call(this.journal, number))
			.toList();
		this.running.add(Crowd.of(calls, call -> call(experiment, call))
			.delaySubscription(Duration.ofNanos(Math.max(0, -this.clock.now())))
			.publishOn(this.thread)
			.subscribe(this::done));
		this.running.add(Flux.interval(PERIOD, this.thread).onBackpressureDrop().subscribe(tick -> tell()));
	}

	private Mono<?> call(Experiment experiment, Call call) {
		Subject subject = this.start.subject();
		experiment.keys(subject, call.number()).forEach(call::asked);
		return experiment.call(subject, call.number(), this.start.lock());
	}

	private void done(Crowd crowd) {
		tell();
		this.told.accept(new Message.Done(this.share.instance(), this.start.run(), crowd, this.journal.dropped()));
	}

	private void tell() {
		Journal.Reading reading = this.journal.read();
		List<Change> changes = reading.changes();
		int from = 0;
		for (; changes.size() - from > MOST_CHANGES; from += MOST_CHANGES) {
			tell(changes.subList(from, from + MOST_CHANGES), Long.MIN_VALUE);
		}
		tell(changes.subList(from, changes.size()), reading.upTo());
	}

	private void tell(List<Change> changes, long upTo) {
		this.told.accept(new Message.Changes(this.share.instance(), this.start.run(), upTo, changes));
	}

	/** Cancels what still runs. */
	void stop() {
		this.running.dispose();
	}

}
