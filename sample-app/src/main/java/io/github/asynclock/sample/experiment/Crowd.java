package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

import io.github.asynclock.sample.RefusedException;
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

	private static final String SUCCEEDED = "succeeded";

	private static final String REFUSED = "refused";

	/**
	 * Calls at once and waits for all.
	 * @param call what the caller of a number, from 0, does
	 */
	public static Mono<Crowd> of(int callers, IntFunction<? extends Mono<?>> call) {
		return Flux.range(0, callers)
			.flatMap(caller -> fate(caller, call), callers)
			.collect(Collectors.groupingBy(fate -> fate, TreeMap::new, Collectors.summingInt(fate -> 1)))
			.elapsed()
			.map(timed -> count(callers, timed.getT2(), Duration.ofMillis(timed.getT1())));
	}

	private static Mono<String> fate(int caller, IntFunction<? extends Mono<?>> call) {
		return Mono.defer(() -> call.apply(caller))
			.map(value -> SUCCEEDED)
			.defaultIfEmpty(REFUSED)
			.onErrorResume(ex -> Mono.just((ex instanceof RefusedException) ? REFUSED : ex.getClass().getSimpleName()))
			// Not one after the other on this thread, but as requests would come.
			.subscribeOn(Schedulers.parallel());
	}

	private static Crowd count(int callers, Map<String, Integer> fates, Duration elapsed) {
		Map<String, Integer> failures = new TreeMap<>(fates);
		int succeeded = count(failures.remove(SUCCEEDED));
		int refused = count(failures.remove(REFUSED));
		return new Crowd(callers, succeeded, refused, failures, elapsed);
	}

	private static int count(Integer number) {
		return (number != null) ? number : 0;
	}

	public int failed() {
		return this.failures.values().stream().mapToInt(Integer::intValue).sum();
	}

}
