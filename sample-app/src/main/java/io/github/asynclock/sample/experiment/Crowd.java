package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.asynclock.sample.RefusedException;
import io.github.asynclock.sample.timeline.Call;
import io.github.asynclock.sample.timeline.State;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Many callers at once, and what became of them.
 *
 * @param callers how many called
 * @param succeeded how many got a value
 * @param refused how many were told no, or got nothing because their call was skipped
 * @param failures how many failed with what exception
 * @param elapsed from the first call to the last answer
 */
public record Crowd(int callers, int succeeded, int refused, Map<String, Integer> failures, Duration elapsed) {

	/**
	 * Calls at once and waits for all.
	 * @param calls who calls
	 * @param action what each of them does
	 */
	static Mono<Crowd> of(List<Call> calls, Function<Call, ? extends Mono<?>> action) {
		return Flux.fromIterable(calls)
			.flatMap(call -> fate(call, action), Math.max(1, calls.size()))
			.collect(Collectors.groupingBy(fate -> fate, Collectors.summingInt(fate -> 1)))
			.elapsed()
			.map(timed -> count(calls.size(), timed.getT2(), Duration.ofMillis(timed.getT1())));
	}

	private static Mono<Fate> fate(Call call, Function<Call, ? extends Mono<?>> action) {
		return call.by(Mono.defer(() -> action.apply(call)))
			.map(value -> Fate.SUCCEEDED)
			.defaultIfEmpty(Fate.REFUSED)
			.onErrorResume(ex -> Mono.just(Fate.of(ex)))
			.doOnNext(fate -> call.answered(fate.state(), fate.reason()))
			// Not one after the other on this thread, but as requests would come.
			.subscribeOn(Schedulers.parallel());
	}

	private static Crowd count(int callers, Map<Fate, Integer> fates, Duration elapsed) {
		Map<String, Integer> failures = new TreeMap<>();
		fates.forEach((fate, times) -> {
			if (fate.reason() != null) {
				failures.put(fate.reason(), times);
			}
		});
		return new Crowd(callers, fates.getOrDefault(Fate.SUCCEEDED, 0), fates.getOrDefault(Fate.REFUSED, 0), failures,
				elapsed);
	}

	/** Callers of another instance that is gone. */
	static Crowd gone(int callers) {
		return new Crowd(callers, 0, 0, (callers > 0) ? Map.of("instance gone", callers) : Map.of(), Duration.ZERO);
	}

	/** Both crowds, which called at the same time. */
	Crowd and(Crowd other) {
		Map<String, Integer> all = new TreeMap<>(this.failures);
		other.failures.forEach((reason, times) -> all.merge(reason, times, Integer::sum));
		return new Crowd(this.callers + other.callers, this.succeeded + other.succeeded, this.refused + other.refused,
				all, (this.elapsed.compareTo(other.elapsed) > 0) ? this.elapsed : other.elapsed);
	}

	public int failed() {
		return this.failures.values().stream().mapToInt(Integer::intValue).sum();
	}

	/** What a caller was told. */
	private record Fate(State state, @Nullable String reason) {

		static final Fate SUCCEEDED = new Fate(State.SUCCEEDED, null);

		static final Fate REFUSED = new Fate(State.REFUSED, null);

		static Fate of(Throwable ex) {
			return (ex instanceof RefusedException) ? REFUSED : new Fate(State.FAILED, ex.getClass().getSimpleName());
		}

	}

}
