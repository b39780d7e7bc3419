package io.github.asynclock.sample.experiment;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How instances talk to each other. */
interface Bus {

	/** What the others tell, and perhaps what oneself has told. */
	Flux<Message> messages();

	/**
	 * Tells all others, in the order of the calls.
	 * @return how many heard it, oneself included
	 */
	Mono<Long> tell(Message message);

	/** The clock that all share, as well as it can be read. */
	Mono<SharedClock> clock();

	/**
	 * @param offset what to add to {@link System#nanoTime()} to have its time
	 * @param error how far off that may be
	 */
	record SharedClock(long offset, long error) {

		static final SharedClock OWN = new SharedClock(0, 0);

		long now() {
			return System.nanoTime() + this.offset;
		}

	}

	/** Why others are never heard, in words; null where they may be. */
	default @Nullable String alone() {
		return null;
	}

	/**
	 * There are no others.
	 *
	 * @param alone why
	 */
	record Alone(String alone) implements Bus {

		@Override
		public Flux<Message> messages() {
			return Flux.never();
		}

		@Override
		public Mono<Long> tell(Message message) {
			return Mono.just(1L);
		}

		@Override
		public Mono<SharedClock> clock() {
			return Mono.just(SharedClock.OWN);
		}

	}

}
