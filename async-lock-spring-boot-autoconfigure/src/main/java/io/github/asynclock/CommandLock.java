package io.github.asynclock;

import reactor.core.publisher.Mono;

/**
 * Says which keys a command needs: one bean per command type. A {@link Locked} method
 * without a key takes its request from the lock of its argument's type. <b>Not supported
 * yet</b>: in this version such a method fails start-up.
 *
 * @param <C> the command's type
 */
@FunctionalInterface
public interface CommandLock<C> {

	/**
	 * The request for this command. Called once per call (once per subscription for lazy
	 * results), before anything of the method runs.
	 * @param command the argument of the call, never null
	 * @return the request; an error reaches the caller as it is, an empty {@code Mono}
	 * gives {@link LockKeyException}; in both cases nothing runs
	 */
	Mono<LockRequest> lockFor(C command);

}
