package io.github.asynclock.sample.experiment;

import java.util.List;
import java.util.Map;

/**
 * A run in short, for who watched it.
 *
 * @param aborted whether it was stopped before its end
 * @param words all of it in one sentence
 * @param wrong how many units were sold too often, files stored too many, and the like
 * @param lostUpdates of those that succeeded
 * @param peak the most that worked on a key at the same time, by key
 * @param waits how long callers waited
 * @param durationMillis until the last change
 * @param dropped how many changes are missing in the timeline
 * @param instances who took part
 */
record Summary(boolean aborted, String words, int succeeded, int refused, int failed, double wrong, int lostUpdates,
		Map<String, Integer> peak, Waits waits, double durationMillis, long dropped, List<String> instances) {

}
