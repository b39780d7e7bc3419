package io.github.asynclock.sample;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * A real Redis for tests, on TCP and on a Unix socket: a {@code redis-server} on the
 * PATH, else the binary that embedded-redis brings.
 */
final class SampleRedis implements AutoCloseable {

	private final Path folder;

	private final int port;

	private final Process process;

	private SampleRedis(Path folder) throws IOException {
		this.folder = folder;
		this.port = freePort();
		this.process = new ProcessBuilder(program(folder), "--port", String.valueOf(this.port), "--bind", "127.0.0.1",
				"--save", "", "--dir", folder.toString(), "--unixsocket", socket().toString())
			.redirectErrorStream(true)
			.redirectOutput(folder.resolve("log").toFile())
			.start();
	}

	static SampleRedis start() {
		try {
			SampleRedis redis = new SampleRedis(Files.createTempDirectory("shop-redis"));
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(redis::listens);
			return redis;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String url() {
		return "redis://127.0.0.1:" + this.port;
	}

	String socketUrl() {
		return "redis-socket://" + socket();
	}

	private Path socket() {
		return this.folder.resolve("socket");
	}

	private boolean listens() throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("Redis ended: " + Files.readString(this.folder.resolve("log")));
		}
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			return socket.isConnected();
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static String program(Path folder) throws IOException {
		String onPath = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((entry) -> Path.of(entry, "redis-server").toString())
			.filter((file) -> new File(file).canExecute())
			.findFirst()
			.orElse(null);
		return (onPath != null) ? onPath : embedded(folder);
	}

	private static String embedded(Path folder) throws IOException {
		boolean mac = System.getProperty("os.name").startsWith("Mac");
		boolean arm = System.getProperty("os.arch").equals("aarch64");
		String name = mac ? "redis-server-6.2.6-v5-darwin-" + (arm ? "arm64" : "amd64")
				: arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
		Path program = folder.resolve("redis-server");
		try (InputStream binary = SampleRedis.class.getResourceAsStream("/" + name)) {
			Files.copy(binary, program);
		}
		program.toFile().setExecutable(true);
		return program.toString();
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
		for (String name : new String[] { "log", "socket", "redis-server", "" }) {
			this.folder.resolve(name).toFile().delete();
		}
	}

}
