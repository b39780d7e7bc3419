package io.github.asynclock.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/**
 * Stands between a client and a Redis server and does what a bad network does: cuts
 * connections, swallows bytes, holds a command back until later, or loses the reply of a
 * command that was executed. It reads the client's commands one by one, so a test says
 * which command it is to happen to.
 */
final class TcpProxy implements AutoCloseable {

	private final ServerSocket listener;

	private volatile int target;

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private volatile Function<List<String>, Fate> rule = (command) -> Fate.PASS;

	private volatile boolean swallowing;

	private volatile boolean refusing;

	private volatile CountDownLatch held = new CountDownLatch(1);

	TcpProxy(int target) {
		this.target = target;
		try {
			this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		start(this::accept);
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "tcp-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	int port() {
		return this.listener.getLocalPort();
	}

	String url() {
		return "redis://127.0.0.1:" + port();
	}

	/**
	 * What is to happen to each command from now on; asked in the order of each
	 * connection, by several threads.
	 */
	void rule(Function<List<String>, Fate> rule) {
		this.rule = rule;
	}

	void passAll() {
		this.rule = (command) -> Fate.PASS;
	}

	/** Where new connections go from now on. */
	void target(int port) {
		this.target = port;
	}

	/** Cuts all connections now. What the server has received it still executes. */
	void cut() {
		this.connections.forEach(Connection::cutClient);
	}

	/** Closes what is open, and whatever connects. */
	void refuse(boolean refuse) {
		this.refusing = refuse;
		if (refuse) {
			cut();
		}
	}

	/**
	 * Swallows all bytes, both ways, on connections that stay open, also on new ones.
	 * Ends for new connections only: those that lost bytes are of no use any more and go
	 * on losing them.
	 */
	void swallow(boolean swallow) {
		this.swallowing = swallow;
		if (swallow) {
			this.connections.forEach((connection) -> connection.swallows = true);
		}
	}

	/**
	 * Lets all go that was held back by {@link Fate#HOLD}; and nothing that comes later.
	 */
	void letGo() {
		CountDownLatch open = this.held;
		this.held = new CountDownLatch(1);
		open.countDown();
	}

	int connections() {
		return this.connections.size();
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket client = this.listener.accept();
				if (this.refusing) {
					client.close();
					continue;
				}
				new Connection(client).begin();
			}
			catch (IOException ex) {
				// closed, or the server is not there: the client finds out
			}
		}
	}

	@Override
	public void close() {
		try {
			this.listener.close();
		}
		catch (IOException ex) {
			// it is closed for us
		}
		letGo();
		this.connections.forEach(Connection::closeBoth);
	}

	/** What happens to a command. */
	enum Fate {

		/** It is passed on. */
		PASS,

		/** It, and what comes behind it on its connection, waits for {@link #letGo}. */
		HOLD,

		/** The client is cut off and the server gets the command nevertheless, later. */
		HOLD_AND_CUT,

		/** It is executed; the client is cut off when the reply comes. */
		LOSE_REPLY

	}

	/** One client's connection and the one to the server that belongs to it. */
	private final class Connection {

		private final Socket client;

		private final Socket server;

		volatile boolean swallows;

		private volatile boolean cutAtReply;

		Connection(Socket client) throws IOException {
			this.client = client;
			try {
				this.server = new Socket(InetAddress.getLoopbackAddress(), TcpProxy.this.target);
			}
			catch (IOException ex) {
				client.close();
				throw ex;
			}
			this.swallows = TcpProxy.this.swallowing;
			client.setTcpNoDelay(true);
			this.server.setTcpNoDelay(true);
		}

		void begin() {
			TcpProxy.this.connections.add(this);
			start(this::forward);
			start(this::backward);
		}

		private void forward() {
			try {
				InputStream in = new BufferedInputStream(this.client.getInputStream());
				while (true) {
					Command command = Command.read(in);
					if (this.swallows) {
						continue;
					}
					CountDownLatch open = TcpProxy.this.held;
					Fate fate = TcpProxy.this.rule.apply(command.words());
					if (fate == Fate.HOLD_AND_CUT) {
						// Closed for the client; what is held still reaches the server.
						this.client.close();
					}
					if (fate == Fate.HOLD || fate == Fate.HOLD_AND_CUT) {
						open.await();
					}
					this.cutAtReply = this.cutAtReply || fate == Fate.LOSE_REPLY;
					this.server.getOutputStream().write(command.bytes());
				}
			}
			catch (IOException | InterruptedException ex) {
				endRequests();
			}
		}

		/** The server reads all that it was sent, and then the end. */
		private void endRequests() {
			try {
				this.server.shutdownOutput();
			}
			catch (IOException ex) {
				// has ended
			}
		}

		private void backward() {
			byte[] buffer = new byte[64 * 1024];
			try {
				InputStream in = this.server.getInputStream();
				for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
					if (this.cutAtReply) {
						cutClient();
					}
					if (!this.swallows && !this.client.isClosed()) {
						write(buffer, length);
					}
				}
			}
			catch (IOException ex) {
				// ends below
			}
			closeBoth();
		}

		private void write(byte[] buffer, int length) {
			try {
				this.client.getOutputStream().write(buffer, 0, length);
			}
			catch (IOException ex) {
				cutClient();
			}
		}

		/** What was read from the client goes to the server nevertheless. */
		void cutClient() {
			try {
				this.client.close();
			}
			catch (IOException ex) {
				// is cut
			}
		}

		void closeBoth() {
			TcpProxy.this.connections.remove(this);
			try {
				this.client.close();
				this.server.close();
			}
			catch (IOException ex) {
				// is closed
			}
		}

	}

	/** A command as it came and in words, the first of them in capitals. */
	private record Command(byte[] bytes, List<String> words) {

		static Command read(InputStream in) throws IOException {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			int count = number(in, bytes, '*');
			List<String> words = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				int length = number(in, bytes, '$');
				byte[] word = in.readNBytes(length + 2);
				if (word.length < length + 2) {
					throw new EOFException();
				}
				bytes.write(word);
				String text = new String(word, 0, length, StandardCharsets.UTF_8);
				words.add((i == 0) ? text.toUpperCase(java.util.Locale.ROOT) : text);
			}
			return new Command(bytes.toByteArray(), words);
		}

		private static int number(InputStream in, ByteArrayOutputStream bytes, char kind) throws IOException {
			StringBuilder line = new StringBuilder();
			for (int next = in.read(); next != '\n'; next = in.read()) {
				if (next < 0) {
					throw new EOFException();
				}
				bytes.write(next);
				line.append((char) next);
			}
			bytes.write('\n');
			if (line.charAt(0) != kind) {
				throw new IOException("Not a command: " + line);
			}
			return Integer.parseInt(line.substring(1).trim());
		}

	}

}
