package io.github.asynclock.core;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One key that a store has granted to this JVM, until it is released, lost or its
 * deadline has passed. Made by the store, which recognises it by identity.
 */
public interface StoreGrant {

	String key();

	long token();

	/**
	 * The lease that it was granted with: it is renewed every third of that.
	 */
	Duration lease();

	/**
	 * Until when this JVM may regard itself as the holder, on the clock of
	 * {@link System#nanoTime}; moved by renewals. Never later than what the store itself
	 * goes by.
	 */
	long deadline();

	/**
	 * The grant of the next caller of this JVM, without asking: local hand-over. The old
	 * one is over then.
	 * @param lease what the next caller wants
	 * @return null if it may not be: then the engine releases, and queues behind the
	 * other instances
	 */
	@Nullable StoreGrant handOver(Duration lease);

}
