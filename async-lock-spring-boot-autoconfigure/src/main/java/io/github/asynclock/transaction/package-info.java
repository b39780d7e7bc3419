/**
 * Spring's transactions as units of work: a lock that is taken inside one is kept until
 * it has completed.
 */
@NullMarked
package io.github.asynclock.transaction;

import org.jspecify.annotations.NullMarked;
