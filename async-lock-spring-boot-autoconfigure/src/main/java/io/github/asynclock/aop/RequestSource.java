package io.github.asynclock.aop;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import org.aopalliance.intercept.MethodInvocation;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.github.asynclock.LockRequest;

/**
 * Where the requests of a method's calls come from. Each method below finds the request
 * of one call and goes on with it; where there is none, the failure is the call's result
 * and nothing runs.
 */
sealed interface RequestSource permits KeyRequests, CommandRequests {

	/**
	 * The request, waiting for it blocking where it takes time.
	 */
	LockRequest await(MethodInvocation invocation) throws Throwable;

	/**
	 * Goes on at once, or when the request is there.
	 */
	<T> CompletableFuture<T> execute(MethodInvocation invocation, Function<LockRequest, CompletableFuture<T>> call);

	/**
	 * As {@link #execute}; to be called on subscription.
	 */
	<T> Mono<T> executeMono(MethodInvocation invocation, Function<LockRequest, Mono<T>> call);

	/**
	 * As {@link #execute}; to be called on subscription.
	 */
	<T> Flux<T> executeFlux(MethodInvocation invocation, Function<LockRequest, Flux<T>> call);

}
