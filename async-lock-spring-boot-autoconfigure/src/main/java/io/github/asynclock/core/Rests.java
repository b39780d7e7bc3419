package io.github.asynclock.core;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Places that nobody keeps held any more, but that stay taken until their least hold is
 * over, where the store does not see to that.
 */
final class Rests {

	private final LockEngine engine;

	private final ConcurrentMap<Link, Alarm> rests = new ConcurrentHashMap<>();

	Rests(LockEngine engine) {
		this.engine = engine;
	}

	void begin(Link place, long nanos) {
		Alarm alarm = new Alarm(DeadlineWheel.in(nanos), () -> this.engine.tell(() -> end(place)));
		this.rests.put(place, alarm);
		this.engine.wheel().add(alarm);
		if (this.rests.get(place) != alarm) {
			this.engine.wheel().remove(alarm); // ended before it was there
		}
	}

	/**
	 * The next one has the key.
	 * @return whether the place rested until now
	 */
	boolean end(Link place) {
		Alarm alarm = this.rests.remove(place);
		if (alarm == null) {
			return false;
		}
		this.engine.wheel().remove(alarm);
		this.engine.handOver(this.engine.leave(place));
		return true;
	}

	boolean contains(Link place) {
		return this.rests.containsKey(place);
	}

}
