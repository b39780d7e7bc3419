/**
 * What Spring Boot Actuator shows: an endpoint of locks, and the health of their store.
 */
@NullMarked
package io.github.asynclock.actuate;

import org.jspecify.annotations.NullMarked;
