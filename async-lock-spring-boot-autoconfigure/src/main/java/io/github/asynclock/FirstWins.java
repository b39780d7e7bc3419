package io.github.asynclock;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * The first caller of a key runs; all others get an empty result at once, until the
 * window has passed: a guard against double submits.
 *
 * <p>
 * Composed over {@link Locked}: no waiting, skip instead of failing, and the key held at
 * least for the window. The window counts from the winner's grant. It outlives the
 * winner's end and, with Redis, the winner's crash: the lease is at least as long as the
 * window. Where the winner's action takes longer than the window, the others get nothing
 * until it has ended. It guards nothing for a caller that holds the same key already, as
 * inside another {@code @Locked} method with that key: that one re-enters it.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Locked(waitTime = "0", onTimeout = OnTimeout.SKIP)
public @interface FirstWins {

	/**
	 * The key or keys, as in {@link Locked#key}.
	 */
	@AliasFor(annotation = Locked.class, attribute = "key")
	String[] key();

	/**
	 * How long the key stays taken from the winner's grant, as text ({@code 1m},
	 * {@code PT30S}); at least as long as the winner's action runs.
	 */
	@AliasFor(annotation = Locked.class, attribute = "holdAtLeast")
	String window();

	/**
	 * Whether a winner that failed frees the window, so that the next caller may try
	 * again at once. Default: no, it counts as a winner that finished. An error does not
	 * say that nothing has happened (a payment whose answer was lost has been made), and
	 * a guard against double submits has to hold then above all.
	 */
	@AliasFor(annotation = Locked.class, attribute = "releaseOnError")
	boolean releaseOnError() default false;

	/**
	 * A name for metrics, as in {@link Locked#name}.
	 */
	@AliasFor(annotation = Locked.class, attribute = "name")
	String name() default "";

}
