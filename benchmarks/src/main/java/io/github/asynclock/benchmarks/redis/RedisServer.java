package io.github.asynclock.benchmarks.redis;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * A {@code redis-server} from the PATH, on a free port of this machine, that keeps
 * nothing; or one that is there already, which is left running.
 */
final class RedisServer implements AutoCloseable {

	private static final Duration START = Duration.ofSeconds(10);

	private final String url;

	private final Process process;

	private RedisServer(String url, Process process) {
		this.url = url;
		this.process = process;
	}

	static RedisServer at(String url) {
		return new RedisServer(url, null);
	}

	static RedisServer start() throws IOException, InterruptedException {
		int port = freePort();
		Process process = new ProcessBuilder("redis-server", "--bind", "127.0.0.1", "--port", "" + port, "--save", "",
				"--appendonly", "no", "--loglevel", "warning")
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
		RedisServer server = new RedisServer("redis://127.0.0.1:" + port, process);
		server.awaitAnswer();
		return server;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private void awaitAnswer() throws InterruptedException {
		long deadline = System.nanoTime() + START.toNanos();
		try (RedisClient client = RedisClient.create(this.url)) {
			while (true) {
				try (StatefulRedisConnection<String, String> connection = client.connect()) {
					connection.sync().ping();
					return;
				}
				catch (RedisException ex) {
					if (!this.process.isAlive() || System.nanoTime() > deadline) {
						throw ex;
					}
					Thread.sleep(50);
				}
			}
		}
	}

	String url() {
		return this.url;
	}

	@Override
	public void close() {
		if (this.process != null) {
			this.process.destroy();
		}
	}

}
