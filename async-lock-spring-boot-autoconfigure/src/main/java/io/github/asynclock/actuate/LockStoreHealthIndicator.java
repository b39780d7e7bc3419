package io.github.asynclock.actuate;

import io.github.asynclock.core.LockStore;
import reactor.core.publisher.Mono;

import org.springframework.boot.health.contributor.AbstractReactiveHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the server that keeps the locks answers, within its command timeout.
 */
public final class LockStoreHealthIndicator extends AbstractReactiveHealthIndicator {

	private final LockStore store;

	/**
	 * The health of one store.
	 */
	public LockStoreHealthIndicator(LockStore store) {
		super("The store of the locks does not answer");
		this.store = store;
	}

	@Override
	protected Mono<Health> doHealthCheck(Health.Builder builder) {
		return Mono.fromCompletionStage(this.store::server).map((server) -> builder.up().withDetails(server).build());
	}

}
