/**
 * What a caller's thread carries: the lease for context propagation, and the caller's
 * context for an action that starts on another thread.
 */
@NullMarked
package io.github.asynclock.context;

import org.jspecify.annotations.NullMarked;
