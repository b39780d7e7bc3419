/**
 * What applications use: {@link io.github.asynclock.Locked} on methods,
 * {@link io.github.asynclock.LockService} in code, and the exceptions that both give.
 */
@NullMarked
package io.github.asynclock;

import org.jspecify.annotations.NullMarked;
