package io.github.asynclock.core;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A key that is in use in this JVM, as it was when it was looked at.
 *
 * @param key the key
 * @param held whether an action of this JVM holds it; if not, callers wait for other
 * instances, or it rests
 * @param name what the request that holds it is called; null if it has no name, or that
 * is not recorded
 * @param heldFor how long ago it was granted; null if it is not held here, or that is not
 * recorded ({@link QueueingLockService.Builder#inspected})
 * @param fencingToken of the grant; 0 if it is not held here
 * @param waiting how many callers of this JVM wait for it
 * @param leaseLeft how long the store keeps it if it is not renewed; null if it is not
 * held here, or needs no renewal
 */
public record LockState(String key, boolean held, @Nullable String name, @Nullable Duration heldFor, long fencingToken,
		int waiting, @Nullable Duration leaseLeft) {

}
