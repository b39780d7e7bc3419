package io.github.asynclock;

import reactor.core.publisher.Mono;

/**
 * Says which keys a command needs: one bean per command type. A {@link Locked} method
 * without a key takes its request from the lock of its argument's type; a command bus
 * from the lock of the command it runs.
 *
 * <pre class="code">
 * &#64;Component
 * class PayOrderLock implements CommandLock&lt;PayOrder&gt; {
 *
 *     public Mono&lt;LockRequest&gt; lockFor(PayOrder command) {
 *         return Mono.just(LockRequest.of(LockKeys.of(command.orderId())));
 *     }
 *
 * }
 * </pre>
 *
 * <p>
 * <b>Which lock</b>: the bean's class, or the return type of its {@code @Bean} method,
 * says the type {@code C}; its own type arguments do not count ({@code CommandLock} of a
 * {@code List<A>} is one for every {@code List}). A command without a lock of its own
 * class uses the lock of its closest superclass or interface. Exactly one argument of a
 * {@code @Locked} method without a key must have a lock, by its declared type; a subclass
 * that is passed at run time uses its own lock where it has one. Two beans for one type
 * fail start-up, as does a method whose declared type has no lock, or several of which
 * none is closest; where only the class at run time has several, {@link LockKeyException}
 * is the call's result.
 *
 * <p>
 * <b>What the request leaves open</b> (a null duration, no name) is taken from the
 * annotation, then from the configured defaults; what the request says wins. Skipping,
 * and releasing on an error, hold if either says so.
 *
 * @param <C> the command's type
 */
@FunctionalInterface
public interface CommandLock<C> {

	/**
	 * The request for this command. Called once per call (once per subscription for lazy
	 * results), before anything of the method runs: before its validation and outside its
	 * transaction. The time it takes is not part of the wait time; cancelling the call
	 * cancels it. A synchronous method waits for it blocking. What the lock finds out
	 * here may have changed when the keys are granted.
	 * <p>
	 * It runs on the caller's thread. Where its {@code Mono} ends on another one, the
	 * call goes on there with the caller's context; a key that is free is then taken, and
	 * the method begun, on that thread.
	 * @param command the argument of the call, never null
	 * @return the request; an error reaches the caller as it is, an empty {@code Mono} or
	 * null gives {@link LockKeyException}; in all these cases nothing runs
	 */
	Mono<LockRequest> lockFor(C command);

}
