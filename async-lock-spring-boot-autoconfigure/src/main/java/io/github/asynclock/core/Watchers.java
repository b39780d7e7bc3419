package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import io.github.asynclock.LockLostException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Who has to be told if a lease is lost, and whether it ended before: made for a lease
 * only when there is somebody to tell. Its monitor decides between the end of the action
 * and the loss. A lease that ended stays here while re-entered calls keep its keys held.
 */
final class Watchers {

	private static final Log logger = LogFactory.getLog(Watchers.class);

	private final Set<LossListener> listeners = Collections.newSetFromMap(new IdentityHashMap<>(2));

	private Sinks.@Nullable Empty<Void> sink;

	private boolean ended;

	private @Nullable LockLostException loss;

	private boolean lostWhileRunning;

	Watchers(boolean ended, @Nullable LossListener first) {
		this.ended = ended;
		if (first != null) {
			this.listeners.add(first);
		}
	}

	/**
	 * @return why the lease is lost, if it is: the listener was not added then
	 */
	@Nullable LockLostException add(LossListener listener) {
		synchronized (this) {
			if (this.loss == null) {
				this.listeners.add(listener);
			}
			return this.loss;
		}
	}

	synchronized void remove(LossListener listener) {
		this.listeners.remove(listener);
	}

	/**
	 * The action has ended.
	 * @return false if the lease was lost, or had ended, before
	 */
	synchronized boolean end() {
		boolean first = !this.ended && this.loss == null;
		this.ended = true;
		return first;
	}

	synchronized boolean isRunning() {
		return !this.ended && this.loss == null;
	}

	synchronized @Nullable LockLostException loss() {
		return this.loss;
	}

	Mono<Void> signal() {
		synchronized (this) {
			if (this.sink == null) {
				this.sink = Sinks.empty();
				if (this.loss != null && this.lostWhileRunning) {
					this.sink.tryEmitEmpty();
				}
			}
			return this.sink.asMono();
		}
	}

	/**
	 * Runs what may be the user's code: whatever it throws, the keys must become free.
	 */
	static void run(Runnable telling) {
		try {
			telling.run();
		}
		catch (Throwable ex) {
			logger.warn("Whoever was told of a lost lease failed; the others are told all the same", ex);
		}
	}

	/**
	 * The lease is lost: tells everybody, unless they were told.
	 * @return whether the action was still running
	 */
	boolean lose(LockLostException reason, Deliveries deliveries) {
		List<LossListener> told;
		Sinks.Empty<Void> sink;
		boolean running;
		synchronized (this) {
			if (this.loss != null) {
				return false;
			}
			running = !this.ended;
			this.loss = reason;
			this.lostWhileRunning = running;
			told = new ArrayList<>(this.listeners);
			this.listeners.clear();
			sink = (running) ? this.sink : null;
		}
		if (sink != null) {
			deliveries.signal(sink::tryEmitEmpty);
		}
		told.forEach((listener) -> run(() -> listener.lost(reason, deliveries)));
		return running;
	}

}
