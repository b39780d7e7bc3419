package io.github.asynclock.sample.timeline;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to a call of a run.
 *
 * @param call the number of the call within its run, from 0
 * @param key the key that it is about; null where it is about all of the call
 * @param state what happened
 * @param at nanoseconds since the run's start
 * @param wrote whether a call that ended has written
 * @param row what the row says after that, where it says a number
 * @param reason why a call failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Change(int call, @Nullable String key, State state, long at, boolean wrote, @Nullable Double row,
		@Nullable String reason) {

}
