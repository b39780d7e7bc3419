package io.github.asynclock.sample.sync;

import io.github.asynclock.LockService;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.CriticalSections.Section;
import io.github.asynclock.sample.RefusedException;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/sync")
class SyncController {

	private final SyncJob job;

	private final SyncService service;

	private final LockService locks;

	private final SkippedRuns skipped;

	private final Section section;

	SyncController(SyncJob job, SyncService service, LockService locks, SkippedRuns skipped,
			CriticalSections sections) {
		this.job = job;
		this.service = service;
		this.locks = locks;
		this.skipped = skipped;
		this.section = sections.watch("sync-" + SyncJob.FEED);
	}

	@GetMapping
	Mono<State> state() {
		return this.service.find(SyncJob.FEED)
			.zipWith(this.locks.isLocked(SyncJob.KEY),
					(feed, running) -> new State(feed, running, this.skipped.count(), this.section.overlaps()));
	}

	/** A run by hand, beside the scheduled ones. */
	@PostMapping
	Mono<Feed> run(@RequestParam(defaultValue = "true") boolean lock) {
		return lock
				? this.job.run()
					.switchIfEmpty(Mono.error(() -> new RefusedException(
							"A run is under way, or has begun just now; this one was skipped")))
				: this.job.runUnlocked();
	}

	/**
	 * @param skipped how many runs found another one under way, or their tick run
	 * already, and did not start
	 * @param overlaps how many runs started while another one was under way
	 */
	record State(Feed feed, boolean running, int skipped, int overlaps) {

	}

}
