package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Writes down what the workers of all JVMs report and finds what must never be: two
 * actions on a key at a time, a token that does not rise, a call that never ends. All
 * times are of the one monotonic clock of this machine.
 */
final class Witness {

	/** How late a thread of a busy machine may be told that it lost. */
	private static final long TOLD_WITHIN = TimeUnit.SECONDS.toNanos(1);

	private final Map<String, List<Action>> actionsOfKey = new TreeMap<>();

	private final Map<String, List<Action>> actionsOfCall = new HashMap<>();

	private final Map<String, Long> open = new LinkedHashMap<>();

	private final Map<String, Integer> outcomes = new TreeMap<>();

	private final List<Result> results = new ArrayList<>();

	/** A resource that checks tokens: the greatest of each key. */
	private final Map<String, Long> tokens = new HashMap<>();

	/** A resource that does not: the token of the last write of each key. */
	private final Map<String, Long> unchecked = new HashMap<>();

	private final Map<String, Integer> writes = new HashMap<>();

	private int staleWrites;

	private int corruptions;

	/** The longest that a holder may go on without having asked Redis. */
	private final long lease;

	private final List<Loss> losses = new ArrayList<>();

	private boolean holdersWerePaused;

	Witness(long lease) {
		this.lease = lease;
	}

	/**
	 * Does something that makes Redis lose what it knows. What was granted before that
	 * may still start, be handed over inside its JVM and run beside a newer grant, until
	 * it has ended or found out: at the latest at its local deadline.
	 */
	Witness losing(Runnable loss) {
		long from = System.nanoTime();
		loss.run();
		// Fencing tokens are made of the time of the server: this machine's.
		return dataIsLost(from, System.nanoTime(), System.currentTimeMillis() * 1000 + 1000);
	}

	synchronized Witness dataIsLost(long from, long to, long epoch) {
		this.losses.add(new Loss(from, to, epoch));
		return this;
	}

	/**
	 * Whether an action's grant was lost before another start, and it ended, or was told,
	 * in time.
	 */
	private boolean isExcused(Action action, Action later) {
		return isExcused(action, later.start, Math.min(action.end, action.lost - TOLD_WITHIN));
	}

	/** Whether an action's grant was lost and it may not have known until some time. */
	private boolean isExcused(Action action, long start, long time) {
		return this.losses.stream()
			.anyMatch((loss) -> loss.from <= start && (action.token >> 10) <= loss.epoch && time <= loss.to + this.lease
					&& isFromBefore(loss, action));
	}

	/**
	 * A call that came after a loss can only be handed over what a call before it had.
	 */
	private boolean isFromBefore(Loss loss, Action action) {
		return action.called <= loss.to || this.actionsOfKey.get(action.key)
			.stream()
			.anyMatch((other) -> other.worker.equals(action.worker) && other.token >> 10 == action.token >> 10
					&& other.token < action.token && other.called <= loss.to);
	}

	/**
	 * JVMs stood still: a holder that does not run cannot be told before others start.
	 */
	synchronized Witness holdersWerePaused() {
		this.holdersWerePaused = true;
		return this;
	}

	/**
	 * Takes a line of a worker.
	 * <ul>
	 * <li>{@code C call time}: it calls
	 * <li>{@code S call key token time}: the action of the call starts
	 * <li>{@code L call time}: it was told that its lease is lost
	 * <li>{@code H call time}: its lease said that it is held
	 * <li>{@code E call time}: the action ends
	 * <li>{@code W call key token time}: it writes to a resource, with its token
	 * <li>{@code R call outcome time}: the caller has a result
	 * </ul>
	 */
	synchronized void accept(String worker, String line) {
		String[] words = line.split(" ");
		String call = worker + "/" + words[1];
		long time = Long.parseLong(words[words.length - 1]);
		switch (words[0]) {
			case "C" -> this.open.put(call, time);
			case "S" -> {
				Action action = new Action(worker, call, words[2], Long.parseLong(words[3]), time);
				action.called = this.open.getOrDefault(call, time);
				this.actionsOfKey.computeIfAbsent(action.key, (key) -> new ArrayList<>()).add(action);
				this.actionsOfCall.computeIfAbsent(call, (key) -> new ArrayList<>()).add(action);
			}
			case "L" -> actions(call).forEach((action) -> action.lost = time);
			case "H" -> actions(call).forEach((action) -> action.held = time);
			case "E" -> actions(call).forEach((action) -> action.end = time);
			case "W" -> write(call, words[2], Long.parseLong(words[3]));
			case "R" -> {
				Long called = this.open.remove(call);
				this.outcomes.merge(words[2], 1, Integer::sum);
				this.results.add(new Result(call, words[2], (called != null) ? called : time, time));
			}
			default -> throw new IllegalArgumentException(line);
		}
	}

	private List<Action> actions(String call) {
		return this.actionsOfCall.getOrDefault(call, List.of());
	}

	private void write(String call, String key, long token) {
		this.writes.merge(call, 1, Integer::sum);
		if (token < this.tokens.getOrDefault(key, 0L)) {
			this.staleWrites++;
		}
		else {
			this.tokens.put(key, token);
		}
		Long before = this.unchecked.put(key, token);
		if (before != null && token < before) {
			this.corruptions++;
		}
	}

	/** Waits for writes of a call to arrive. */
	void awaitWrites(String call, int count) {
		RedisProcess.await(call + " writes", 60, () -> writes(call) >= count);
	}

	private synchronized int writes(String call) {
		return this.writes.getOrDefault(call, 0);
	}

	/** How many writes the resource that checks tokens has rejected. */
	synchronized int staleWrites() {
		return this.staleWrites;
	}

	/** How often a late write replaced a newer one where nobody checks. */
	synchronized int corruptions() {
		return this.corruptions;
	}

	/** A worker was killed: what it did has ended, and its callers are gone. */
	synchronized void killed(String worker, long time) {
		this.actionsOfCall.values().stream().flatMap(List::stream).forEach((action) -> {
			if (action.worker.equals(worker) && action.end == Long.MAX_VALUE) {
				action.end = Math.max(time, action.start);
			}
		});
		this.open.keySet().removeIf((call) -> call.startsWith(worker + "/"));
	}

	/** All that must never be, in words. */
	synchronized List<String> violations() {
		List<String> violations = new ArrayList<>();
		this.actionsOfKey.forEach((key, actions) -> {
			List<Action> sorted = sorted(actions);
			checkExclusion(sorted, violations);
			checkTokens(sorted, violations);
		});
		this.open.forEach((call, time) -> violations.add(call + " never ended; it called at " + time));
		return violations;
	}

	private static List<Action> sorted(List<Action> actions) {
		return actions.stream().sorted(Comparator.comparingLong((action) -> action.start)).toList();
	}

	private void checkExclusion(List<Action> sorted, List<String> violations) {
		List<Action> running = new ArrayList<>();
		for (Action action : sorted) {
			for (Iterator<Action> earlier = running.iterator(); earlier.hasNext();) {
				Action other = earlier.next();
				if (other.end <= action.start) {
					earlier.remove();
					continue;
				}
				if (!isExcused(other, action) && !isExcused(action, action)) {
					checkPair(other, action, violations);
				}
			}
			running.add(action);
		}
	}

	private void checkPair(Action other, Action action, List<String> violations) {
		if (other.held > action.start) {
			violations.add(action + " started while " + other + " still regarded itself as holder");
		}
		if (other.lost == Long.MAX_VALUE) {
			violations.add(action + " overlaps " + other + ", which was never told that it lost");
		}
		else if (other.lost > action.start + TOLD_WITHIN && !this.holdersWerePaused) {
			violations.add(action + " overlaps " + other + ", which was told much later that it lost");
		}
	}

	private void checkTokens(List<Action> sorted, List<String> violations) {
		Action greatest = null;
		for (Action action : sorted) {
			if (greatest == null || action.token > greatest.token) {
				greatest = action;
			}
			else if (!isExcused(action, action.start, action.start)) {
				violations.add(action + " has a token that is not greater than that of " + greatest);
			}
		}
	}

	void assertGood() {
		List<String> violations = violations();
		if (!violations.isEmpty()) {
			throw new AssertionError(
					violations.size() + " violations, of them:\n" + String.join("\n", first(violations, 20)));
		}
	}

	private static <T> List<T> first(List<T> list, int count) {
		return list.subList(0, Math.min(count, list.size()));
	}

	synchronized int grants() {
		return this.actionsOfCall.size();
	}

	synchronized int lost() {
		return (int) this.actionsOfCall.values()
			.stream()
			.filter((actions) -> actions.get(0).lost != Long.MAX_VALUE)
			.count();
	}

	/** How many calls ended how: {@code ok}, or an exception's simple name. */
	synchronized Map<String, Integer> outcomes() {
		return new TreeMap<>(this.outcomes);
	}

	synchronized int outcome(String name) {
		return this.outcomes.getOrDefault(name, 0);
	}

	/** The first start of an action on a key after some time; the last value if none. */
	synchronized long firstStartAfter(String key, long time) {
		return this.actionsOfKey.getOrDefault(key, List.of())
			.stream()
			.mapToLong((action) -> action.start)
			.filter((start) -> start > time)
			.min()
			.orElse(Long.MAX_VALUE);
	}

	/** The first start of any action after some time; the last value if none. */
	synchronized long firstStartAfter(long time) {
		return this.actionsOfKey.keySet()
			.stream()
			.mapToLong((key) -> firstStartAfter(key, time))
			.min()
			.orElse(Long.MAX_VALUE);
	}

	/** The first start of any action of a worker after some time. */
	synchronized long firstStartOf(String worker, long time) {
		return actions().stream()
			.filter((action) -> action.worker.equals(worker) && action.start > time)
			.mapToLong((action) -> action.start)
			.min()
			.orElse(Long.MAX_VALUE);
	}

	/** The longest time that a key went without any start in between, from a time on. */
	synchronized long longestGap(long from, long to) {
		long longest = 0;
		for (List<Action> actions : this.actionsOfKey.values()) {
			long last = from;
			for (Action action : sorted(actions)) {
				if (action.start > from && action.start <= to) {
					longest = Math.max(longest, action.start - last);
					last = action.start;
				}
			}
			longest = Math.max(longest, to - last);
		}
		return longest;
	}

	synchronized List<Result> results() {
		return List.copyOf(this.results);
	}

	synchronized List<Action> actions() {
		return this.actionsOfKey.values().stream().flatMap(List::stream).toList();
	}

	/** How a call ended. */
	record Result(String call, String outcome, long called, long ended) {

		long took() {
			return this.ended - this.called;
		}

	}

	/** When, and the greatest number of a grant that may be gone. */
	private record Loss(long from, long to, long epoch) {

	}

	/** What ran under a key's lock. */
	static final class Action {

		final String worker;

		final String call;

		final String key;

		final long token;

		final long start;

		/** When its caller called. */
		long called;

		/** When its lease said last that it is held. */
		long held;

		/** When it was told that it lost. */
		long lost = Long.MAX_VALUE;

		long end = Long.MAX_VALUE;

		Action(String worker, String call, String key, long token, long start) {
			this.worker = worker;
			this.call = call;
			this.key = key;
			this.token = token;
			this.start = start;
			this.held = start;
		}

		@Override
		public String toString() {
			return this.call + " on " + this.key + " [" + this.start + " to "
					+ ((this.end != Long.MAX_VALUE) ? this.end : "?") + ", held at " + this.held + ", lost "
					+ ((this.lost != Long.MAX_VALUE) ? this.lost : "never") + ", token " + (this.token >> 10) + "+"
					+ (this.token & 1023) + "]";
		}

	}

}
