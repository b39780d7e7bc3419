package io.github.asynclock.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.github.asynclock.core.LockState;
import io.github.asynclock.core.LockStore.Elsewhere;
import io.github.asynclock.core.QueueingLockService;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * The locks of this instance. A key is a query parameter, as it may have any characters.
 * Looks when it is subscribed to, and where a thread may be busy for a while: what
 * returns a {@link Mono} is called on a web server's event loop.
 */
@Endpoint(id = "asynclocks", defaultAccess = Access.READ_ONLY)
public final class LocksEndpoint {

	private static final int MOST = 1000;

	private final QueueingLockService service;

	/**
	 * An endpoint of one service.
	 */
	public LocksEndpoint(QueueingLockService service) {
		this.service = service;
	}

	/**
	 * The keys in use, or one of them.
	 * @param key null: the first 1,000 that are found
	 * @throws InvalidEndpointRequestException if the key is blank
	 */
	@ReadOperation
	public Mono<Locks> locks(@Nullable String key) {
		if (key == null) {
			return Mono.fromSupplier(this::all).subscribeOn(Schedulers.boundedElastic());
		}
		requireKey(key);
		return this.service.elsewhere(key)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.publishOn(Schedulers.boundedElastic())
			.map((elsewhere) -> one(key, elsewhere.orElse(null)));
	}

	private Locks all() {
		List<Lock> locks = this.service.locks(MOST).stream().map((state) -> Lock.of(state, null)).toList();
		return new Locks(Math.max(locks.size(), this.service.lockCount()), locks);
	}

	private Locks one(String key, @Nullable Elsewhere elsewhere) {
		LockState state = this.service.lock(key);
		boolean used = elsewhere != null && (elsewhere.holder() != null || elsewhere.timeLeft().toMillis() > 0
				|| !elsewhere.waiting().isEmpty());
		if (state == null && !used) {
			return new Locks(0, List.of());
		}
		LockState known = (state != null) ? state : new LockState(key, false, null, null, 0, 0, null);
		return new Locks(1, List.of(Lock.of(known, elsewhere)));
	}

	/**
	 * Takes a key away from its holder, which is told that its lease is lost.
	 * @throws InvalidEndpointRequestException if the key is blank
	 */
	@DeleteOperation
	public Mono<Released> release(String key) {
		requireKey(key);
		return this.service.forceRelease(key).publishOn(Schedulers.boundedElastic()).map(Released::new);
	}

	/**
	 * Before anything is asked: later, not all that serves endpoints knows what it is.
	 */
	private static void requireKey(String key) {
		if (key.isBlank()) {
			String reason = "The key is blank: \"" + key + "\". Give a key, URL-encoded, such as ?key=order-7";
			throw new InvalidEndpointRequestException(reason, reason);
		}
	}

	/**
	 * Keys in use.
	 *
	 * @param total how many there are
	 * @param locks at most 1,000 of them
	 */
	public record Locks(int total, List<Lock> locks) {

	}

	/**
	 * A key in use: see {@link LockState}.
	 *
	 * @param key the key
	 * @param held whether this instance holds it
	 * @param name what the request is called
	 * @param since when it was granted
	 * @param fencingToken of the grant
	 * @param fencingTokenText the same as text, for what rounds a number that long, such
	 * as JavaScript
	 * @param waiting how many callers of this instance wait
	 * @param leaseLeft how long the store keeps it without a renewal
	 * @param elsewhere what the store says; null if it was not asked, or knows no others
	 */
	public record Lock(String key, boolean held, @Nullable String name, @Nullable Instant since,
			@Nullable Long fencingToken, @Nullable String fencingTokenText, int waiting, @Nullable Duration leaseLeft,
			@Nullable Elsewhere elsewhere) {

		private static Lock of(LockState state, @Nullable Elsewhere elsewhere) {
			Long token = state.held() ? state.fencingToken() : null;
			Instant since = (state.heldFor() != null) ? Instant.now().minus(state.heldFor()) : null;
			return new Lock(state.key(), state.held(), state.name(), since, token,
					(token != null) ? token.toString() : null, state.waiting(), state.leaseLeft(), elsewhere);
		}

	}

	/**
	 * What became of it.
	 *
	 * @param released whether the key was held, or rested
	 */
	public record Released(boolean released) {

	}

}
