package io.github.asynclock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * What the tests of faults use: servers and JVMs that end with the test, and one line per
 * row of figures.
 *
 * <p>
 * Where a test lets time go by, that is the fault itself (a stall, an outage, a lease
 * that runs out); whatever follows is waited for as an event.
 */
@Tag("faults")
@Timeout(600)
abstract class FaultTest {

	static final long LEASE = TimeUnit.MILLISECONDS.toNanos(Fleet.LEASE_MILLIS);

	static final long POLL = TimeUnit.MILLISECONDS.toNanos(Fleet.POLL_MILLIS);

	static final long TIMEOUT = TimeUnit.MILLISECONDS.toNanos(Fleet.TIMEOUT_MILLIS);

	private static final boolean LONG = Boolean.getBoolean("proofs.long");

	private final Deque<AutoCloseable> open = new ArrayDeque<>();

	static int pick(int usual, int inProfile) {
		return LONG ? inProfile : usual;
	}

	static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	final RedisProcess redis(String... configuration) {
		return closing(RedisProcess.start(configuration));
	}

	final TcpProxy proxy(int port) {
		return closing(new TcpProxy(port));
	}

	/** JVMs with a lock service on a server. */
	final Fleet fleet(int count, String url, String options) {
		return closing(Fleet.open(count, url, options));
	}

	final <T extends AutoCloseable> T closing(T resource) {
		this.open.push(resource);
		return resource;
	}

	/** Ends the fault that was begun last. */
	final void closeLast() {
		try {
			this.open.pop().close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@AfterEach
	final void closeAll() throws Exception {
		while (!this.open.isEmpty()) {
			this.open.pop().close();
		}
	}

	/** A fault that lasts. */
	static void lastFor(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Waits for an action to start after a time, and gives when it did. */
	static long awaitStartAfter(Witness witness, long time) {
		RedisProcess.await("an action starts", 60, () -> witness.firstStartAfter(time) != Long.MAX_VALUE);
		return witness.firstStartAfter(time);
	}

	static void awaitGrants(Witness witness, int count) {
		RedisProcess.await("as many grants as " + count, 300, () -> witness.grants() >= count);
	}

	/** What a proxy sees of one of our commands. */
	static boolean runs(List<String> words, Script script) {
		return words.size() > 1 && (words.get(0).equals("EVALSHA") && words.get(1).equals(script.digest())
				|| words.get(0).equals("EVAL") && words.get(1).equals(script.text()));
	}

	/** The median and the greatest of some times, in milliseconds. */
	static String figures(List<Long> nanos) {
		long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
		return "median=" + millis(sorted[sorted.length / 2]) + "ms max=" + millis(sorted[sorted.length - 1]) + "ms n="
				+ sorted.length;
	}

	static void report(int row, String figures) {
		String line = String.format("RELIABILITY row=%02d %s%s", row, LONG ? "long " : "", figures);
		System.out.println(line);
		Path file = Path.of("target", "faults", "reliability.txt");
		try {
			Files.createDirectories(file.getParent());
			Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
