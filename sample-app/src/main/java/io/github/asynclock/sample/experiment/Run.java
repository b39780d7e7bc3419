package io.github.asynclock.sample.experiment;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

import io.github.asynclock.sample.experiment.Message.Share;
import io.github.asynclock.sample.timeline.Change;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run as one instance sees it: what all who take part tell of it, brought into the
 * order of time. A change waits here until everybody has told what came before it. Only
 * the hub's thread touches it; who watches reads at a pace of their own.
 */
final class Run {

	private static final long ALL_TOLD = Long.MAX_VALUE;

	private final Message.Start start;

	private final Frames frames;

	private final Sums sums;

	// At the same time the one that ends comes first: it made room for the other.
	private final PriorityQueue<Told> waiting = new PriorityQueue<>(
			Comparator.comparingLong((Told told) -> told.change().at()).thenComparing(told -> told.change().state()));

	private final Map<String, Long> toldUpTo = new HashMap<>();

	private final Map<String, Long> lastHeard = new HashMap<>();

	private final Sinks.Many<String> events = Sinks.many().replay().all();

	private final Sinks.One<Crowd> done = Sinks.one();

	private @Nullable Crowd crowd;

	private long dropped;

	private boolean over;

	Run(Message.Start start, JsonMapper json) {
		this.start = start;
		this.frames = new Frames(json, start.run());
		this.sums = new Sums(start.subject(), start.callers());
		for (Share share : start.shares()) {
			this.toldUpTo.put(share.instance(), Long.MIN_VALUE);
			this.lastHeard.put(share.instance(), System.nanoTime());
		}
		this.events.tryEmitNext(this.frames.start(start));
	}

	Message.Start start() {
		return this.start;
	}

	boolean isOver() {
		return this.over;
	}

	/** Of all calls, when they have ended. */
	Mono<Crowd> done() {
		return this.done.asMono();
	}

	/** From the first event to the last, whenever one begins to watch. */
	Flux<String> events() {
		return this.events.asFlux();
	}

	void add(Message.Changes told) {
		if (!this.over && heardOf(told.from())) {
			told.changes().forEach(change -> this.waiting.add(new Told(told.from(), change)));
			this.toldUpTo.merge(told.from(), told.upTo(), Math::max);
			passOn();
		}
	}

	void add(Message.Done told) {
		// Of one who is gone it is told by another, and so comes back from the bus.
		boolean known = Long.valueOf(ALL_TOLD).equals(this.toldUpTo.get(told.from()));
		if (!this.over && !known && heardOf(told.from())) {
			this.dropped += told.dropped();
			this.toldUpTo.put(told.from(), ALL_TOLD);
			this.crowd = (this.crowd != null) ? this.crowd.and(told.crowd()) : told.crowd();
			passOn();
			if (this.toldUpTo.values().stream().allMatch(time -> time == ALL_TOLD)) {
				this.done.tryEmitValue(this.crowd);
			}
		}
	}

	void end(Summary summary) {
		if (!this.over) {
			waitForNobody();
			this.over = true;
			this.events.tryEmitNext(this.frames.summary(summary));
			this.events.tryEmitComplete();
		}
	}

	/** Whether an instance was not heard of for so long. */
	boolean isSilent(String instance, long nanos) {
		return System.nanoTime() - this.lastHeard.getOrDefault(instance, 0L) > nanos;
	}

	/** Those who have calls under way and were not heard of for so long. */
	List<Share> silent(long nanos) {
		return this.start.shares()
			.stream()
			.filter(share -> this.toldUpTo.get(share.instance()) != ALL_TOLD)
			.filter(share -> isSilent(share.instance(), nanos))
			.toList();
	}

	Summary summary(Findings found) {
		Report report = found.report();
		Overlaps overlaps = overlaps();
		String words = found.did() + (this.start.lock() ? " with the lock: " : " without a lock: ") + found.verdict()
				+ ((overlaps.peak() > 1) ? ", up to " + overlaps.peak() : ", " + overlaps.peak()) + " at a time"
				+ ((report.failed() > 0) ? ", " + report.failed() + " failed" : "") + ".";
		return new Summary(false, words, report.succeeded(), report.refused(), report.failed(), this.sums.wrong(),
				report.lostUpdates(), this.sums.peak(), this.sums.waits(), this.sums.durationMillis(), this.dropped,
				instances());
	}

	/** Of a run that did not come to its end. */
	Summary aborted(String why) {
		waitForNobody();
		String words = why + " " + this.sums.answered() + " of " + Report.count(this.start.callers(), "caller")
				+ " had their answer by then.";
		return new Summary(true, words, 0, 0, 0, this.sums.wrong(), 0, this.sums.peak(), this.sums.waits(),
				this.sums.durationMillis(), this.dropped, instances());
	}

	Overlaps overlaps() {
		return this.sums.overlaps();
	}

	private List<String> instances() {
		return this.start.shares().stream().map(Share::instance).toList();
	}

	private void waitForNobody() {
		this.toldUpTo.replaceAll((instance, time) -> ALL_TOLD);
		passOn();
	}

	private boolean heardOf(String instance) {
		return this.lastHeard.replace(instance, System.nanoTime()) != null;
	}

	private void passOn() {
		long told = this.toldUpTo.values().stream().mapToLong(Long::longValue).min().orElse(ALL_TOLD);
		StringBuilder text = new StringBuilder();
		while (!this.waiting.isEmpty() && this.waiting.peek().change().at() <= told) {
			Told next = this.waiting.remove();
			text.append(this.frames.change(next.instance(), next.change()));
			Sums.Level level = this.sums.add(next.change());
			if (level != null) {
				text.append(this.frames.level(level));
			}
		}
		if (!text.isEmpty()) {
			this.events.tryEmitNext(text.toString());
		}
	}

	/**
	 * @param instance whose change it is
	 */
	private record Told(String instance, Change change) {

	}

}
