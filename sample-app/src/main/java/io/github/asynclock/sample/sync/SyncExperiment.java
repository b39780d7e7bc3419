package io.github.asynclock.sample.sync;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.experiment.Crowd;
import io.github.asynclock.sample.experiment.Experiment;
import io.github.asynclock.sample.experiment.Report;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/** Many callers synchronise one feed; those who meet a run under way are skipped. */
@Component
class SyncExperiment implements Experiment {

	private final FeedRepository feeds;

	private final SyncService service;

	private final CriticalSections sections;

	SyncExperiment(FeedRepository feeds, SyncService service, CriticalSections sections) {
		this.feeds = feeds;
		this.service = service;
		this.sections = sections;
	}

	@Override
	public String scenario() {
		return "sync";
	}

	@Override
	public Mono<Report> run(int callers, boolean lock) {
		Feed fresh = new Feed(null, "experiment-" + UUID.randomUUID(), 0, 0);
		return Mono.usingWhen(this.feeds.save(fresh), feed -> rush(feed.name(), callers, lock), this.feeds::delete);
	}

	private Mono<Report> rush(String feed, int callers, boolean lock) {
		String key = "sync-" + feed;
		Section section = this.sections.watch(key);
		return Crowd.of(callers, caller -> lock ? this.service.sync(feed, 1) : this.service.syncUnlocked(feed, 1))
			.flatMap(crowd -> this.service.find(feed).map(after -> report(lock, crowd, after, section)))
			.doFinally(signal -> this.sections.forget(key));
	}

	private Report report(boolean lock, Crowd crowd, Feed after, Section section) {
		int lost = crowd.succeeded() - after.runs();
		Map<String, Object> rows = new LinkedHashMap<>();
		rows.put("runs", after.runs());
		rows.put("overlaps", section.overlaps());
		rows.put("fencingToken", after.fencingToken());
		String summary = crowd.callers() + " callers ran " + Report.times(crowd.succeeded()) + " and were skipped "
				+ Report.times(crowd.refused()) + ", " + section.overlaps() + " overlapped: " + Report.lost(lost);
		return new Report(scenario(), lock, crowd, rows, lost, section.peak(), summary);
	}

}
