package io.github.asynclock.sample.sync;

import io.github.asynclock.Lease;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import io.github.asynclock.sample.ShopProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Synchronises the catalog again and again. A run takes longer than the period, and the
 * scheduler starts the next one all the same: the lock lets it skip.
 *
 * <p>
 * Each instance has a timer of its own, which ticks a little before or after those of the
 * others. A run may be over by then, and the same tick would run again: so the key stays
 * taken for most of a period, however short the run. Not for all of it, or the next tick
 * would be skipped, too, by a timer that is a little early.
 */
@Component
class SyncJob {

	private static final Logger logger = LoggerFactory.getLogger(SyncJob.class);

	static final String FEED = "catalog";

	static final String KEY = "sync";

	private final SyncService service;

	private final int pages;

	SyncJob(SyncService service, ShopProperties shop) {
		this.service = service;
		this.pages = shop.sync().pages();
	}

	/**
	 * Empty if a run is under way, or this tick has run: in this JVM or, with Redis, in
	 * any other one.
	 */
	@Scheduled(fixedRateString = "${shop.sync.period}", initialDelayString = "${shop.sync.initial-delay}")
	@Locked(key = "'" + KEY + "'", name = "sync-job", waitTime = "0", onTimeout = OnTimeout.SKIP,
			holdAtLeast = "${shop.sync.hold-at-least}")
	public Mono<Feed> run() {
		return Lease.inContext()
			.doOnNext(lease -> logger.info("Synchronises under fencing token {}", lease.fencingToken()))
			.then(runUnlocked())
			.doOnNext(feed -> logger.info("Has synchronised under fencing token {}", feed.fencingToken()));
	}

	public Mono<Feed> runUnlocked() {
		return this.service.syncUnlocked(FEED, this.pages);
	}

}
