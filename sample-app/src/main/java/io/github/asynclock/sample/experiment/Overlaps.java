package io.github.asynclock.sample.experiment;

/**
 * How far callers got between each other.
 *
 * @param peak the most that worked on one key at the same time
 * @param count how many started while another one was at work on the same key
 */
public record Overlaps(int peak, int count) {

}
