/**
 * The store of one JVM.
 */
@NullMarked
package io.github.asynclock.local;

import org.jspecify.annotations.NullMarked;
