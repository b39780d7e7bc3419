package io.github.asynclock.sample;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Primary;
import org.springframework.stereotype.Component;

/**
 * Answers only after a number of callers have come: then all of them have read before any
 * of them writes, however slow the machine is. Told nothing, it answers at once, on
 * another thread.
 */
@Component
@Primary
public class GatheringRemoteCall implements RemoteCall {

	private volatile Gathering gathering = new Gathering(0);

	private volatile Duration time = Duration.ZERO;

	/** The next so many callers wait for each other. */
	public void gather(int callers) {
		this.gathering = new Gathering(callers);
	}

	/** Those who wait need not wait any longer. */
	public void letGo() {
		this.gathering.complete.tryEmitEmpty();
	}

	/** From now on it takes so long, like a real one. */
	void take(Duration time) {
		this.time = time;
	}

	/** How many of them have not come yet. */
	public long missing() {
		return this.gathering.missing.getCount();
	}

	@Override
	public Mono<Void> answer() {
		return Mono.defer(() -> this.gathering.join())
			.publishOn(Schedulers.parallel())
			.then(Mono.defer(() -> this.time.isZero() ? Mono.empty() : Mono.delay(this.time).then()));
	}

	/** So many callers, and what they wait for. */
	private static final class Gathering {

		private final CountDownLatch missing;

		private final Sinks.Empty<Void> complete = Sinks.empty();

		Gathering(int callers) {
			this.missing = new CountDownLatch(callers);
		}

		Mono<Void> join() {
			this.missing.countDown();
			if (this.missing.getCount() == 0) {
				this.complete.tryEmitEmpty();
			}
			return this.complete.asMono();
		}

	}

}
