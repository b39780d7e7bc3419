package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;

/**
 * What is to be told when leases are lost: the signals as soon as their keys were given
 * up here, the results once the store has released them, or that was attempted.
 */
final class Deliveries {

	private final List<Runnable> signals = new ArrayList<>(1);

	private final List<Runnable> results = new ArrayList<>(2);

	void signal(Runnable signal) {
		this.signals.add(signal);
	}

	void result(Runnable result) {
		this.results.add(result);
	}

	void runSignals() {
		this.signals.forEach(Watchers::run);
	}

	void runResults() {
		this.results.forEach(Watchers::run);
	}

}
