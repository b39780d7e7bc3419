package io.github.asynclock.sample;

import reactor.core.publisher.Mono;

/**
 * Stands for a call to another service: a payment, a virus scan, a supplier. It takes
 * time between the read and the write of an action, and that is when others get between.
 */
@FunctionalInterface
public interface RemoteCall {

	/**
	 * Completes when the other service has answered.
	 */
	Mono<Void> answer();

}
