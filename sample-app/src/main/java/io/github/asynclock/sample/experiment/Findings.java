package io.github.asynclock.sample.experiment;

/**
 * What came out of a run.
 *
 * @param report in numbers
 * @param did what the callers did, in words: {@code 100 callers bought 50 of 50 units}
 * @param verdict whether that was right, in words: {@code 0 oversold}
 */
public record Findings(Report report, String did, String verdict) {

}
