package io.github.asynclock.sample;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.asynclock.sample.timeline.Call;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.stereotype.Component;

/**
 * Counts how many actions of one key run at the same time, and writes down those of a
 * run's calls. It only watches: nothing waits here. Keys that nobody watches cost
 * nothing.
 */
@Component
public class CriticalSections {

	private final Map<String, Section> watched = new ConcurrentHashMap<>();

	/**
	 * Starts to count the actions of a key.
	 */
	public Section watch(String key) {
		return this.watched.computeIfAbsent(key, unused -> new Section());
	}

	public void forget(String key) {
		this.watched.remove(key);
	}

	/**
	 * The same action, watched while it runs.
	 */
	public <T> Mono<T> inside(String key, Mono<T> action) {
		return inside(key, action, value -> null);
	}

	/**
	 * The same action, watched while it runs. It leaves before its result is delivered,
	 * so that a successor that starts on this result is not taken for an overlap.
	 * @param row what the key's row says after a result
	 */
	public <T> Mono<T> inside(String key, Mono<T> action, Function<? super T, @Nullable Number> row) {
		Call caller = Call.current();
		return Mono.deferContextual(context -> {
			Section section = this.watched.get(key);
			Call call = Call.in(context, caller);
			Mono<T> counted = (section != null) ? Mono.using(section::enter, entered -> action, Section::leave)
					: action;
			return (call != null) ? call.working(key, counted, row) : counted;
		});
	}

	/** What was counted of one key. */
	public static final class Section {

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicInteger peak = new AtomicInteger();

		private final AtomicInteger overlaps = new AtomicInteger();

		private Section enter() {
			int now = this.inside.incrementAndGet();
			this.peak.accumulateAndGet(now, Math::max);
			if (now > 1) {
				this.overlaps.incrementAndGet();
			}
			return this;
		}

		private void leave() {
			this.inside.decrementAndGet();
		}

		/** The most actions that ever ran at the same time. */
		public int peak() {
			return this.peak.get();
		}

		/** How many actions started while another one ran. */
		public int overlaps() {
			return this.overlaps.get();
		}

	}

}
