/**
 * What turns {@link io.github.asynclock.Locked} into a call of
 * {@link io.github.asynclock.LockService}: a bean post-processor puts one interceptor
 * around annotated methods, outside all other advice.
 */
@NullMarked
package io.github.asynclock.aop;

import org.jspecify.annotations.NullMarked;
