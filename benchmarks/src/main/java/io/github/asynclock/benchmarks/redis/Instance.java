package io.github.asynclock.benchmarks.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.github.asynclock.benchmarks.harness.ChildJvm;
import io.github.asynclock.benchmarks.redis.child.Child;
import io.github.asynclock.benchmarks.redis.peer.Contestant;

/**
 * A JVM of one contestant, as seen from here.
 */
final class Instance implements AutoCloseable {

	private static final List<String> JVM_ARGS = List.of("-Xms256m", "-Xmx256m");

	private final Contestant contestant;

	private final Process process;

	private final PrintWriter orders;

	private final BufferedReader answers;

	Instance(Contestant contestant, String url, Duration lease, Path shared) throws IOException {
		this.contestant = contestant;
		this.process = ChildJvm.start(JVM_ARGS, Child.class, contestant.name(), url, "" + lease.toMillis(),
				shared.toString());
		this.orders = new PrintWriter(this.process.outputWriter(), true);
		this.answers = this.process.inputReader();
	}

	void tell(Message order) {
		this.orders.println(order);
	}

	/** Waits for the answer to what it was told last, or for it to be ready. */
	Message answer() throws IOException {
		for (String line = this.answers.readLine(); line != null; line = this.answers.readLine()) {
			if (line.startsWith(Child.ANSWER)) {
				return Message.parse(line.substring(Child.ANSWER.length()));
			}
		}
		throw new IllegalStateException("A JVM of " + this.contestant + " has ended; see above");
	}

	@Override
	public void close() {
		this.orders.close();
		this.process.destroy();
	}

}
