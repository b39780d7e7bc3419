/**
 * The one engine: each key's queue of this JVM, and what happens to a caller from its
 * call to its result. Knows stores by the port {@link io.github.asynclock.core.LockStore}
 * only.
 *
 * <p>
 * Where to start reading: {@code QueueingLockService} is the way in, {@code KeyQueues}
 * decides who is next, {@code HeldLease} is a grant in use.
 */
@NullMarked
package io.github.asynclock.core;

import org.jspecify.annotations.NullMarked;
