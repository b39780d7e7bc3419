package io.github.asynclock.sample.sync;

import io.github.asynclock.Lease;
import io.github.asynclock.Locked;
import io.github.asynclock.OnTimeout;
import io.github.asynclock.sample.CriticalSections;
import io.github.asynclock.sample.NotFoundException;
import io.github.asynclock.sample.RefusedException;
import io.github.asynclock.sample.RemoteCall;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Service;

/** Fetches a supplier's pages and writes what they give. */
@Service
class SyncService {

	private final FeedRepository feeds;

	private final RemoteCall supplier;

	private final CriticalSections sections;

	SyncService(FeedRepository feeds, RemoteCall supplier, CriticalSections sections) {
		this.feeds = feeds;
		this.supplier = supplier;
		this.sections = sections;
	}

	/** Empty if a run of this feed is under way. */
	@Locked(key = "'sync-' + #feed", waitTime = "0", onTimeout = OnTimeout.SKIP)
	public Mono<Feed> sync(String feed, int pages) {
		return syncUnlocked(feed, pages);
	}

	public Mono<Feed> syncUnlocked(String feed, int pages) {
		return this.sections.inside("sync-" + feed,
				find(feed).delayUntil(found -> Flux.range(0, pages).concatMap(page -> this.supplier.answer()).then())
					.flatMap(this::write),
				Feed::runs);
	}

	// The token lets the row refuse a run that lost its lease and does not know it yet. A
	// run without a lock has none, and repeats the one it has read.
	private Mono<Feed> write(Feed feed) {
		return Lease.inContext()
			.map(Lease::fencingToken)
			.defaultIfEmpty(feed.fencingToken())
			.map(feed::next)
			.delayUntil(next -> this.feeds.write(next.id(), next.runs(), next.fencingToken())
				.filter(rows -> rows == 1)
				.switchIfEmpty(Mono.error(() -> new RefusedException(
						"A later run has written feed " + next.name() + " already; this one was dropped"))));
	}

	public Mono<Feed> find(String feed) {
		return this.feeds.findByName(feed).switchIfEmpty(Mono.error(() -> new NotFoundException("feed", feed)));
	}

}
