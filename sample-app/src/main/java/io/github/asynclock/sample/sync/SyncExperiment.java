package io.github.asynclock.sample.sync;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Findings;
import io.github.asynclock.sample.experiment.Overlaps;
import io.github.asynclock.sample.experiment.Quantity;
import io.github.asynclock.sample.experiment.Report;
import io.github.asynclock.sample.experiment.Subject;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers synchronise one feed; those who meet a run under way are skipped. */
@Component
class SyncExperiment implements Experiment {

	private final FeedRepository feeds;

	private final SyncService service;

	private static final String PREFIX = "sync-";

	SyncExperiment(FeedRepository feeds, SyncService service) {
		this.feeds = feeds;
		this.service = service;
	}

	@Override
	public String scenario() {
		return "sync";
	}

	@Override
	public Mono<Subject> prepare(int callers) {
		return this.feeds.save(new Feed(null, "experiment-" + UUID.randomUUID(), 0, 0))
			.map(feed -> new Subject(List.of(feed.id()), List.of(PREFIX + feed.name()),
					new Quantity("Synchronisations", 0, 1, null)));
	}

	@Override
	public Mono<Feed> call(Subject subject, int caller, boolean lock) {
		return lock ? this.service.sync(name(subject), 1) : this.service.syncUnlocked(name(subject), 1);
	}

	@Override
	public Mono<Findings> findings(Subject subject, boolean lock, Crowd crowd, Overlaps overlaps) {
		return this.service.find(name(subject)).map(after -> findings(lock, crowd, after, overlaps));
	}

	@Override
	public Mono<Void> delete(Subject subject) {
		return this.feeds.deleteById(subject.id());
	}

	private static String name(Subject subject) {
		return subject.key().substring(PREFIX.length());
	}

	private Findings findings(boolean lock, Crowd crowd, Feed after, Overlaps overlaps) {
		int lost = crowd.succeeded() - after.runs();
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("runs", after.runs());
		rows.put("overlaps", overlaps.count());
		rows.put("fencingToken", after.fencingToken());
		String summary = Report.count(crowd.callers(), "caller") + " ran " + Report.times(crowd.succeeded())
				+ " and were skipped " + Report.times(crowd.refused()) + ", " + overlaps.count() + " overlapped: "
				+ Report.lost(lost);
		return new Findings(new Report(scenario(), lock, crowd, rows, lost, overlaps.peak(), summary),
				Report.count(crowd.callers(), "caller") + " ran " + Report.times(crowd.succeeded())
						+ " and were skipped " + Report.times(crowd.refused()),
				Report.lost(lost));
	}

}
