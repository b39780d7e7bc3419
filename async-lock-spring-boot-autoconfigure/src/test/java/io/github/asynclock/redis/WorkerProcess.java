package io.github.asynclock.redis;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A {@link Worker} as the test sees it: tells it what to do, and passes what it reports
 * to the {@link Witness}.
 */
final class WorkerProcess implements AutoCloseable {

	private static final int ANSWER_SECONDS = 60;

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private final String name = "w" + NUMBER.incrementAndGet();

	private final Process process;

	private final Writer in;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	/** By kind of event and call: when it was reported to have happened. */
	private final Map<String, CompletableFuture<String>> events = new ConcurrentHashMap<>();

	private final CompletableFuture<Void> read = new CompletableFuture<>();

	private volatile Witness witness;

	WorkerProcess() {
		this("-Dnothing=more");
	}

	/** One that is started with another option. */
	WorkerProcess(String option) {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		File log = new File("target/faults/" + this.name + ".log");
		log.getParentFile().mkdirs();
		ProcessBuilder builder = new ProcessBuilder(List.of(java, "-Xmx128m", "-XX:+UseSerialGC",
				"-XX:TieredStopAtLevel=1", "-Xshare:auto", option, Worker.class.getName()))
			.redirectError(log);
		builder.environment().put("CLASSPATH", classPath);
		this.process = Processes.start(builder);
		this.in = this.process.outputWriter(StandardCharsets.UTF_8);
		Thread reader = new Thread(this::read, "worker-reader");
		reader.setDaemon(true);
		reader.start();
	}

	String name() {
		return this.name;
	}

	private void read() {
		try (BufferedReader out = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = out.readLine(); line != null; line = out.readLine()) {
				if (line.startsWith("!")) {
					this.answers.add(line);
				}
				else {
					this.witness.accept(this.name, line);
					String[] words = line.split(" ");
					event(words[0], words[1]).complete(line);
				}
			}
		}
		catch (IOException ex) {
			// it ended
		}
		finally {
			this.read.complete(null);
		}
	}

	private CompletableFuture<String> event(String kind, String call) {
		// Those of a load are many, and nobody waits for one of them.
		return call.startsWith("#") ? new CompletableFuture<>()
				: this.events.computeIfAbsent(kind + " " + call, (key) -> new CompletableFuture<>());
	}

	void tell(String line) {
		try {
			this.in.write(line + "\n");
			this.in.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Waits for an answer, and gives what follows its first word. */
	String awaitAnswer(String answer) {
		return awaitAnswer(answer, ANSWER_SECONDS);
	}

	String awaitAnswer(String answer, int seconds) {
		try {
			String line = this.answers.poll(seconds, TimeUnit.SECONDS);
			if (line == null || !line.startsWith("!" + answer)) {
				throw new AssertionError(this.name + " should have said " + answer + " but said " + line
						+ "; its log is target/faults/" + this.name + ".log");
			}
			return line.substring(answer.length() + 1).trim();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	WorkerProcess awaitReady() {
		awaitAnswer("READY");
		return this;
	}

	/** Makes its wall clock jump, and gives what that shows then. */
	long jump(long millis) {
		tell("jump millis=" + millis);
		String[] words = awaitAnswer("JUMP").split(" ");
		if (Integer.parseInt(words[0]) == 0) {
			throw new AssertionError("No class was made to ask for a clock that jumps");
		}
		return Long.parseLong(words[1]);
	}

	/** Makes its lock service and connects. */
	void open(Witness witness, String options) {
		this.witness = witness;
		this.events.clear();
		tell("open " + options);
		awaitAnswer("OPENED");
	}

	void load(String options) {
		tell("load " + options);
		awaitAnswer("LOADED");
	}

	/** Waits until all its calls have ended. */
	void awaitStopped() {
		awaitAnswer("STOPPED");
	}

	/** Calls with an action that goes on until told to end. */
	void call(String name, String options) {
		tell("call " + name + " " + options);
	}

	void end(String name) {
		tell("end " + name);
	}

	/** When a call's action started. */
	long started(String call) {
		return time("S", call);
	}

	boolean hasStarted(String call) {
		return event("S", call).isDone();
	}

	long told(String call) {
		return time("L", call);
	}

	boolean wasTold(String call) {
		return event("L", call).isDone();
	}

	/** How a call ended. */
	String outcome(String call) {
		return await("R", call).split(" ")[2];
	}

	/** When its caller had the result. */
	long ended(String call) {
		return time("R", call);
	}

	boolean hasEnded(String call) {
		return event("R", call).isDone();
	}

	private long time(String kind, String call) {
		String[] words = await(kind, call).split(" ");
		return Long.parseLong(words[words.length - 1]);
	}

	private String await(String kind, String call) {
		try {
			return event(kind, call).get(ANSWER_SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError(this.name + " has not reported " + kind + " of " + call, ex);
		}
	}

	void pause() {
		Processes.signal(this.process, "STOP");
	}

	void resume() {
		Processes.signal(this.process, "CONT");
	}

	/**
	 * Kills it; all it reported until then has been heard on return.
	 * @return a time at which it still lived
	 */
	long kill9() {
		long time = System.nanoTime();
		Processes.kill9(this.process);
		this.read.join();
		if (this.witness != null) {
			this.witness.killed(this.name, time);
		}
		return time;
	}

	/** Asks it to end, as an operator does. */
	void terminate() {
		Processes.signal(this.process, "TERM");
	}

	void awaitExit(int seconds) {
		Processes.awaitExit(this.process, seconds);
		this.read.join();
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** Closes its lock service and connection; it can be used again. */
	void closeService() {
		tell("close");
		awaitAnswer("CLOSED");
	}

	@Override
	public void close() {
		Processes.kill9(this.process);
	}

}
