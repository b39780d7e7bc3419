package io.github.asynclock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Runs a method one call at a time per key. The key is held until the returned
 * {@code CompletableFuture}, {@code Mono} or {@code Flux} has <em>ended</em>, not merely
 * until the method returns.
 *
 * <p>
 * A method that returns a {@code Mono}, a {@code Flux} or another lazy type asks for the
 * key on subscription, once per subscription; a method that returns a future asks when it
 * is called; a synchronous method waits blocking, and is refused on a thread that must
 * not block.
 *
 * <p>
 * On a type it holds for the public methods of that type; an annotation on the method
 * itself wins over it. It may be composed: an annotation that carries {@code @Locked} may
 * name its attributes with {@link AliasFor}.
 *
 * <p>
 * All durations are text: {@code 500ms}, {@code 30s}, {@code 5m}, {@code PT5S}, a plain
 * number of milliseconds, or a placeholder such as {@code ${orders.wait}}. Empty text
 * means the configured default; a negative duration fails start-up.
 *
 * @see LockService
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Locked {

	/**
	 * Alias for {@link #key}.
	 */
	@AliasFor("key")
	String[] value() default {};

	/**
	 * Spring expressions (SpEL) that give the keys, such as {@code "'order-' + #id"}. A
	 * parameter is {@code #name}, {@code #p0} or {@code #a0}; a bean is {@code @name}.
	 * Several expressions, or one whose value is a collection or an array, mean several
	 * keys: all are held, or none. A value that is null, empty or blank, and a null
	 * operand within an expression, give {@link LockKeyException}.
	 * <p>
	 * A method without a key (default) takes its request from the {@link CommandLock} of
	 * its argument; what that leaves open is taken from this annotation.
	 */
	@AliasFor("value")
	String[] key() default {};

	/**
	 * A name for metrics, traces and listeners; not part of the key. Keep the number of
	 * different names small. Empty (default): {@code ClassName.method}.
	 */
	String name() default "";

	/**
	 * How long a call may wait for its keys. Zero: one try, no waiting. Empty (default):
	 * {@code async-lock.wait-time}.
	 */
	String waitTime() default "";

	/**
	 * How long the lock outlives a holder that died; renewed while the action runs. At
	 * least 100 ms. Empty (default): {@code async-lock.lease-time}.
	 */
	String leaseTime() default "";

	/**
	 * How long an action may hold its keys: after this its lease is lost on purpose and
	 * its result fails with {@link LockLostException}. Empty or zero (default): no limit.
	 */
	String holdAtMost() default "";

	/**
	 * How long the keys stay taken, counted from the grant, even where the action ends
	 * earlier. The caller has its result as soon as the action ends. Empty or zero
	 * (default): not longer than the action.
	 */
	String holdAtLeast() default "";

	/**
	 * Whether a failed action ends {@link #holdAtLeast}, so that the next caller may run
	 * at once. Default: no, the keys stay taken as after an action that succeeded.
	 */
	boolean releaseOnError() default false;

	/**
	 * What a caller gets whose wait time ended. Default: {@link OnTimeout#FAIL}.
	 */
	OnTimeout onTimeout() default OnTimeout.FAIL;

	/**
	 * The bean name of the {@link LockService} to use. Empty (default): the primary one.
	 * A name without a bean fails start-up.
	 */
	String service() default "";

}
