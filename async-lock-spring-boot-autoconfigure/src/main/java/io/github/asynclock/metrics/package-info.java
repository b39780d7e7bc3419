/**
 * What Micrometer is told: observations of each wait and hold, and meters of what the
 * store does.
 */
@NullMarked
package io.github.asynclock.metrics;

import org.jspecify.annotations.NullMarked;
