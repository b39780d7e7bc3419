package io.github.asynclock.benchmarks.redis.child;

import java.util.Arrays;
import java.util.stream.LongStream;

import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Peer;
import io.github.asynclock.benchmarks.redis.peer.RawLettuce;

/**
 * One thread that calls, one call at a time, and how long each took.
 */
final class Calls {

	private static final int KEYS = 1_000;

	private static final int MOST = 1_000_000;

	private Calls() {
	}

	/** Locks a key that nobody else wants. */
	static Message make(Peer peer, Message order) throws Exception {
		String[] keys = LongStream.range(0, KEYS).mapToObj((i) -> order.text("key") + i).toArray(String[]::new);
		int[] ran = new int[1];
		Message answer = time(order, (i) -> peer.call(keys[i % KEYS], () -> ran[0]++));
		if (ran[0] != answer.number("count")) {
			throw new IllegalStateException(ran[0] + " ran of " + answer);
		}
		return answer;
	}

	static Message ping(Peer peer, Message order) throws Exception {
		return time(order, (i) -> ((RawLettuce) peer).ping());
	}

	private static Message time(Message order, Timed call) throws Exception {
		long pause = order.number("pauseMicros") * 1_000;
		long[] nanos = new long[MOST];
		Clock.sleepUntil(order.number("start"));
		long end = order.number("start") + order.number("millis") * 1_000_000;
		int count = 0;
		for (long from = System.nanoTime(); from < end && count < MOST; from = System.nanoTime()) {
			call.run(count);
			long to = System.nanoTime();
			nanos[count++] = to - from;
			if (pause > 0) {
				Clock.sleepUntil(to + pause);
			}
		}
		Arrays.sort(nanos, 0, count);
		return Message.of("called")
			.with("count", count)
			.with("p50", nanos[count / 2])
			.with("p99", nanos[(int) (count * 0.99)]);
	}

	@FunctionalInterface
	private interface Timed {

		void run(int i) throws Exception;

	}

}
