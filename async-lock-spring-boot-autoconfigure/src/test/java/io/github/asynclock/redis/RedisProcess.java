package io.github.asynclock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.asynclock.redis.RedisCommands.RedisError;

/**
 * A Redis server of the test's own, to be stopped, continued, killed and started again.
 * Listens on loopback only; keeps nothing on disk unless its configuration says so.
 */
final class RedisProcess implements AutoCloseable {

	private static final int START_SECONDS = 30;

	private final Path folder;

	private final int port;

	private final boolean sentinel;

	private final List<String> program;

	private Process process;

	private RedisProcess(boolean sentinel, int port, List<String> program, String... configuration) {
		this.sentinel = sentinel;
		this.port = port;
		this.program = program;
		try {
			this.folder = Files.createTempDirectory("async-lock-redis");
			List<String> lines = new ArrayList<>(List.of("port " + port, "bind 127.0.0.1", "dir " + this.folder,
					"logfile " + this.folder.resolve("log"), "daemonize no", "protected-mode no"));
			if (!sentinel) {
				// Later lines win.
				lines.addAll(List.of("save \"\"", "appendonly no"));
			}
			lines.addAll(Arrays.asList(configuration));
			Files.write(this.folder.resolve("redis.conf"), lines);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		launch();
	}

	/** A server with some lines of configuration more than ours. */
	static RedisProcess start(String... configuration) {
		return new RedisProcess(false, freePort(), program(), configuration).awaitReady();
	}

	static RedisProcess startOn(int port, String... configuration) {
		return new RedisProcess(false, port, program(), configuration).awaitReady();
	}

	/** A server that is run by a program of the caller's choice. */
	static RedisProcess startProgram(Path program, String... configuration) {
		return new RedisProcess(false, freePort(), List.of(program.toString()), configuration).awaitReady();
	}

	private static List<String> program() {
		return List.of(RedisExecutable.find().toString());
	}

	/** A sentinel that watches a primary by the name {@code locks}. */
	static RedisProcess sentinel(int primaryPort, int quorum, String... configuration) {
		List<String> lines = new ArrayList<>(List.of("sentinel monitor locks 127.0.0.1 " + primaryPort + " " + quorum,
				"sentinel down-after-milliseconds locks 1000", "sentinel failover-timeout locks 6000",
				"sentinel parallel-syncs locks 1"));
		lines.addAll(Arrays.asList(configuration));
		return new RedisProcess(true, freePort(), program(), lines.toArray(String[]::new)).awaitReady();
	}

	/**
	 * A port that nobody listens on, nor on that of its cluster bus. Below those that the
	 * system gives to clients, so that it is still free when the server is started again.
	 */
	static int freePort() {
		for (int i = 0; i < 1000; i++) {
			int port = ThreadLocalRandom.current().nextInt(12_000, 22_000);
			if (isFree(port) && isFree(port + 10_000)) {
				return port;
			}
		}
		throw new IllegalStateException("There is no free port");
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	int port() {
		return this.port;
	}

	String url() {
		return "redis://127.0.0.1:" + this.port;
	}

	Path folder() {
		return this.folder;
	}

	private void launch() {
		List<String> command = new ArrayList<>(this.program);
		command.add(this.folder.resolve("redis.conf").toString());
		if (this.sentinel) {
			command.add("--sentinel");
		}
		this.process = Processes.start(new ProcessBuilder(command).directory(this.folder.toFile())
			.redirectErrorStream(true)
			.redirectOutput(this.folder.resolve("out").toFile()));
	}

	/** Started and not stopped or killed since. */
	boolean isRunning() {
		return this.process.isAlive();
	}

	/** Waits until it answers; an error counts, that it is loading excepted. */
	RedisProcess awaitReady() {
		await("answers", START_SECONDS, this::answers);
		return this;
	}

	private boolean answers() {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("Redis ended at its start: " + log());
		}
		try (RedisCommands commands = new RedisCommands("127.0.0.1", this.port, 1000)) {
			commands.call("PING");
			return true;
		}
		catch (RedisError error) {
			return !error.getMessage().startsWith("LOADING");
		}
		catch (IOException | UncheckedIOException ex) {
			return false;
		}
	}

	String log() {
		StringBuilder log = new StringBuilder();
		for (String name : List.of("out", "log")) {
			try {
				log.append(Files.readString(this.folder.resolve(name)));
			}
			catch (IOException ex) {
				// has not written any
			}
		}
		return log.toString();
	}

	/** Stops it as it stands, as a stalled host would: it answers nothing. */
	void pause() {
		Processes.signal(this.process, "STOP");
	}

	void resume() {
		Processes.signal(this.process, "CONT");
	}

	void kill9() {
		Processes.kill9(this.process);
	}

	/** Ends it in good order: it saves what it is configured to save. */
	void stop() {
		resume();
		this.process.destroy();
		Processes.awaitExit(this.process, 20);
	}

	/** Adds a line to its configuration, for its next start. */
	void reconfigure(String line) {
		try {
			Files.writeString(this.folder.resolve("redis.conf"), line + "\n", StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Starts it again on the same port, with the same configuration and folder. */
	void restart() {
		startAgain();
		awaitReady();
	}

	/** The same without waiting until it answers. */
	void startAgain() {
		if (this.process.isAlive()) {
			throw new IllegalStateException("Redis runs");
		}
		launch();
	}

	/** Sends one command on a connection of its own. */
	Object call(Object... words) {
		try (RedisCommands commands = connect()) {
			return commands.call(words);
		}
	}

	RedisCommands connect() {
		try {
			return new RedisCommands("127.0.0.1", this.port, 10_000);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The value of a line of INFO. */
	String info(String name) {
		for (String line : String.valueOf(call("INFO", "everything")).split("\r\n")) {
			if (line.startsWith(name + ":")) {
				return line.substring(name.length() + 1);
			}
		}
		throw new IllegalArgumentException("INFO has no " + name);
	}

	/** All names of keys that begin with a text. */
	List<String> keys(String start) {
		try (RedisCommands commands = connect()) {
			List<String> keys = new ArrayList<>();
			String cursor = "0";
			do {
				List<?> page = (List<?>) commands.call("SCAN", cursor, "COUNT", "1000");
				cursor = (String) page.get(0);
				((List<?>) page.get(1)).stream()
					.map(String::valueOf)
					.filter((key) -> key.startsWith(start))
					.forEach(keys::add);
			}
			while (!cursor.equals("0"));
			return keys.stream().distinct().sorted().toList();
		}
	}

	/** Makes it a replica of another and waits until it has its data. */
	RedisProcess replicaOf(RedisProcess primary) {
		call("REPLICAOF", "127.0.0.1", primary.port());
		await("replicates", START_SECONDS, () -> info("master_link_status").equals("up"));
		return this;
	}

	/**
	 * Makes one cluster of servers that were started with {@code cluster-enabled yes}.
	 */
	static void cluster(List<RedisProcess> servers) {
		int slots = 16_384;
		for (int i = 0; i < servers.size(); i++) {
			int from = slots * i / servers.size();
			int to = slots * (i + 1) / servers.size();
			List<Object> words = new ArrayList<>(List.of("CLUSTER", "ADDSLOTS"));
			for (int slot = from; slot < to; slot++) {
				words.add(slot);
			}
			servers.get(i).call("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
			servers.get(i).call(words.toArray());
			servers.get(i).call("CLUSTER", "MEET", "127.0.0.1", servers.get(0).port());
		}
		for (RedisProcess server : servers) {
			await("has a cluster of all", START_SECONDS, () -> {
				String state = String.valueOf(server.call("CLUSTER", "INFO"));
				return state.contains("cluster_state:ok") && state.contains("cluster_known_nodes:" + servers.size());
			});
		}
	}

	/** Asks again and again, with a short pause, until something is so. */
	static void await(String what, int seconds, BooleanSupplier condition) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				throw new AssertionError("Not so after " + seconds + " s: " + what);
			}
			pauseBriefly();
		}
	}

	/** Between one look and the next. */
	static void pauseBriefly() {
		try {
			Thread.sleep(5);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/** The server's own words for its version, such as 7.0.15. */
	String version() {
		return info("redis_version");
	}

	@Override
	public void close() {
		Processes.kill9(this.process);
		try (var files = Files.walk(this.folder)) {
			files.sorted((a, b) -> b.compareTo(a)).forEach((file) -> file.toFile().delete());
		}
		catch (IOException | UncheckedIOException ex) {
			// temporary files only
		}
	}

}
