/**
 * Command locks for PipelinR: a middleware that runs commands under their lock.
 */
@NullMarked
package io.github.asynclock.pipelinr;

import org.jspecify.annotations.NullMarked;
