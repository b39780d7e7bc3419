package io.github.asynclock.core;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What all threads of this JVM are at: for a test that waited too long, as it may not do
 * so again for weeks.
 */
final class Threads {

	private Threads() {
	}

	static void await(CountDownLatch latch) {
		try {
			if (!latch.await(20, TimeUnit.SECONDS)) {
				dump();
				throw new AssertionError("waited too long");
			}
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	static void dump() {
		System.err.println("Waited too long; meanwhile:\n" + Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.map((entry) -> entry.getKey().getName() + " " + entry.getKey().getState() + "\n"
					+ Arrays.stream(entry.getValue()).map((at) -> "\tat " + at).collect(Collectors.joining("\n")))
			.collect(Collectors.joining("\n\n")));
	}

}
