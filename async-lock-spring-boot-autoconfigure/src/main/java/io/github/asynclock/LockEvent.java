package io.github.asynclock;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link LockListener} is told.
 *
 * @param name the request's name; null if it has none
 * @param keys the request's keys, sorted by code unit
 * @param waited how long the caller waited for its grant, or until it gave up
 * @param held how long the keys were held; zero before a release or loss
 */
public record LockEvent(@Nullable String name, List<String> keys, Duration waited, Duration held) {

}
