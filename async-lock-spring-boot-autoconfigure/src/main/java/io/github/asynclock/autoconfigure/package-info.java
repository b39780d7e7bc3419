/**
 * Wires the lock service into a Spring Boot application. Nothing else happens here.
 */
@NullMarked
package io.github.asynclock.autoconfigure;

import org.jspecify.annotations.NullMarked;
