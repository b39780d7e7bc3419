/**
 * The store across JVMs: Redis. What it does, and why, is in {@code docs/protocol.md}.
 */
@NullMarked
package io.github.asynclock.redis;

import org.jspecify.annotations.NullMarked;
