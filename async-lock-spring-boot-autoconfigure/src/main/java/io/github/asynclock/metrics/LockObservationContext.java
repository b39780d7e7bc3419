package io.github.asynclock.metrics;

import java.util.List;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a wait for keys, or of their hold, when it is observed.
 */
public final class LockObservationContext extends Observation.Context {

	private final Phase phase;

	private final @Nullable String requestName;

	private final List<String> keys;

	private final String store;

	private volatile @Nullable String outcome;

	LockObservationContext(Phase phase, @Nullable String requestName, List<String> keys, String store) {
		this.phase = phase;
		this.requestName = requestName;
		this.keys = keys;
		this.store = store;
	}

	/**
	 * What is observed.
	 */
	public Phase getPhase() {
		return this.phase;
	}

	/**
	 * What the request is called; null if it has no name.
	 */
	public @Nullable String getRequestName() {
		return this.requestName;
	}

	/**
	 * The keys, sorted. Their number has no limit: they are not for the tags of a metric.
	 */
	public List<String> getKeys() {
		return this.keys;
	}

	/**
	 * Where locks are kept: {@code local}, {@code redis}, or what another store is
	 * called.
	 */
	public String getStore() {
		return this.store;
	}

	/**
	 * How it ended, one of the words of {@code docs/metrics.md}; null while it goes on.
	 */
	public @Nullable String getOutcome() {
		return this.outcome;
	}

	void ends(String outcome) {
		this.outcome = outcome;
	}

	/** Of a call, what is observed. */
	public enum Phase {

		/** From asking for the keys to the grant, or to the end without one. */
		WAIT,

		/** From the grant to the end of the action, or to the loss. */
		HOLD

	}

}
