package io.github.asynclock.benchmarks.redis.child;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Contestant;
import io.github.asynclock.benchmarks.redis.peer.Peer;
import org.slf4j.LoggerFactory;

/**
 * A JVM with one contestant: does what it is told on its standard input, until that ends.
 */
public final class Child {

	/** What an answer begins with; all else on the standard output is talk. */
	public static final String ANSWER = "> ";

	private final Peer peer;

	private final Exclusion exclusion;

	private final HeldKeys held;

	private Child(Peer peer, Exclusion exclusion) {
		this.peer = peer;
		this.exclusion = exclusion;
		this.held = new HeldKeys(peer);
	}

	/**
	 * Starts it.
	 * @param args contestant, URL, lease in milliseconds, file to share
	 */
	public static void main(String[] args) {
		((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
		PrintStream answers = System.out;
		System.setOut(System.err);
		try (Peer peer = Contestant.valueOf(args[0]).open(args[1], Duration.ofMillis(Long.parseLong(args[2])));
				BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			Child child = new Child(peer, new Exclusion(Path.of(args[3])));
			answers.println(ANSWER + Message.of("ready"));
			for (String line = orders.readLine(); line != null; line = orders.readLine()) {
				answers.println(ANSWER + child.obey(Message.parse(line)));
			}
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			System.exit(1);
		}
		System.exit(0);
	}

	private Message obey(Message order) throws Exception {
		return switch (order.verb()) {
			case "calls" -> Calls.make(this.peer, order);
			case "pings" -> Calls.ping(this.peer, order);
			case "load" -> new Load(this.peer, this.exclusion, order).run();
			case "turns" -> new Turns(this.peer, this.exclusion, order).run();
			case "burst" -> new Burst(this.peer, this.exclusion, order).run();
			case "hold" -> this.held.take(order);
			case "drop" -> this.held.drop();
			default -> throw new IllegalArgumentException("What is \"" + order + "\"?");
		};
	}

}
