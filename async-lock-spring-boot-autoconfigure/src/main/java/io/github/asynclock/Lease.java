package io.github.asynclock;

import java.util.List;
import java.util.Optional;

import reactor.core.publisher.Mono;

/**
 * A grant in use, as the action sees it. It cannot be released by hand: it ends with the
 * action, so it cannot leak.
 */
public interface Lease {

	/**
	 * The keys of this lease, sorted by code unit, without repeats. Unmodifiable.
	 */
	List<String> keys();

	/**
	 * The fencing token of the only key; of several keys, the first's. A number greater
	 * than that of every earlier grant of the key: a resource that remembers the greatest
	 * token it has seen, and refuses smaller ones, is safe from a holder that does not
	 * know yet that its lease was lost. Needs a {@code long} (about 1.8e18).
	 * @see <a href=
	 * "https://martin.kleppmann.com/2016/02/08/how-to-do-distributed-locking.html">
	 * Kleppmann, How to do distributed locking</a>
	 */
	long fencingToken();

	/**
	 * The fencing token of one of this lease's keys.
	 * @param key one of {@link #keys()}
	 * @throws IllegalArgumentException if this lease does not have that key
	 */
	long fencingToken(String key);

	/**
	 * Whether the keys are still held for this action: false once it has ended or the
	 * lease was lost. True is a snapshot: the lease may be lost right after.
	 */
	boolean isHeld();

	/**
	 * Completes when this lease is lost while its action runs; at once if it was lost
	 * already. Never completes on a normal release.
	 */
	Mono<Void> lost();

	/**
	 * The innermost lease of this call stack, or of the context that was propagated to
	 * this thread. Empty where there is none.
	 */
	static Optional<Lease> current() {
		return Optional.ofNullable(LeaseContext.current());
	}

	/**
	 * The innermost lease of this pipeline: of the Reactor Context, else of the
	 * subscribing call stack. An empty {@code Mono} where there is none.
	 */
	static Mono<Lease> inContext() {
		return Mono.deferContextual(context -> {
			Lease lease = context.getOrDefault(LeaseContext.KEY, null);
			return Mono.justOrEmpty((lease != null) ? lease : LeaseContext.current());
		});
	}

}
