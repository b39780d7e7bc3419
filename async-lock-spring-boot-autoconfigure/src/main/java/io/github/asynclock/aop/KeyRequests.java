package io.github.asynclock.aop;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import org.aopalliance.intercept.MethodInvocation;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.asynclock.LockRequest;

/**
 * Requests for the keys that expressions give.
 *
 * @param template the requests' name, durations and kind; its keys mean nothing
 * @param keys gives the keys of a call
 */
record KeyRequests(LockRequest template, KeyExpressions keys) implements RequestSource {

	@Override
	public LockRequest await(MethodInvocation invocation) {
		return this.template.forKeys(this.keys.evaluate(invocation));
	}

	@Override
	public <T> CompletableFuture<T> execute(MethodInvocation invocation,
			Function<LockRequest, CompletableFuture<T>> call) {
		return call.apply(await(invocation));
	}

	@Override
	public <T> Mono<T> executeMono(MethodInvocation invocation, Function<LockRequest, Mono<T>> call) {
		return call.apply(await(invocation));
	}

	@Override
	public <T> Flux<T> executeFlux(MethodInvocation invocation, Function<LockRequest, Flux<T>> call) {
		return call.apply(await(invocation));
	}

}
