package io.github.asynclock.sample.experiment;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonAnyGetter;

/**
 * What an experiment found.
 *
 * @param scenario which experiment
 * @param lock whether the callers took the lock
 * @param callers how many called at once
 * @param succeeded how many were told that it worked
 * @param refused how many were told no, or were skipped
 * @param failed how many got an exception
 * @param failures which exceptions
 * @param lostUpdates how many of the successes are missing in the rows, or should not be
 * there
 * @param peakConcurrency the most callers that were between their read and their write of
 * one key at the same time
 * @param elapsedMillis from the first call to the last answer
 * @param rows what the rows say afterwards: numbers of the scenario's own
 * @param summary all this in one sentence
 */
public record Report(String scenario, boolean lock, int callers, int succeeded, int refused, int failed,
		Map<String, Integer> failures, int lostUpdates, int peakConcurrency, long elapsedMillis,
		@JsonAnyGetter Map<String, ?> rows, String summary) {

	public Report(String scenario, boolean lock, Crowd crowd, Map<String, ?> rows, int lostUpdates, int peakConcurrency,
			String summary) {
		this(scenario, lock, crowd.callers(), crowd.succeeded(), crowd.refused(), crowd.failed(), crowd.failures(),
				lostUpdates, peakConcurrency, crowd.elapsed().toMillis(), rows, summary + failed(crowd));
	}

	private static String failed(Crowd crowd) {
		return (crowd.failed() > 0) ? "; " + crowd.failed() + " failed" : "";
	}

	/** Words for a number of lost updates. */
	public static String lost(int updates) {
		return switch (updates) {
			case 0 -> "no update lost";
			case 1 -> "1 update lost";
			default -> updates + " updates lost";
		};
	}

	/**
	 * Words for how many there are.
	 * @param one what one of them is called, as in "caller"
	 */
	public static String count(long number, String one) {
		return number + " " + one + ((number == 1) ? "" : "s");
	}

	/** Words for how often something happened. */
	public static String times(int times) {
		return (times == 1) ? "once" : times + " times";
	}

}
