package io.github.asynclock.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection to a Redis server that sends one command and reads its reply: what a test
 * needs to break and to look at a server, independent of the client under test.
 */
final class RedisCommands implements AutoCloseable {

	private final Socket socket = new Socket();

	private final InputStream in;

	RedisCommands(String host, int port, int timeoutMillis) throws IOException {
		try {
			this.socket.connect(new InetSocketAddress(host, port), timeoutMillis);
			this.socket.setSoTimeout(timeoutMillis);
			this.socket.setTcpNoDelay(true);
			this.in = new BufferedInputStream(this.socket.getInputStream());
		}
		catch (IOException ex) {
			this.socket.close();
			throw ex;
		}
	}

	/**
	 * Sends a command and gives its reply.
	 * @return a string, a long, a list of these, or null
	 * @throws RedisError if the server replies with an error
	 */
	synchronized Object call(Object... words) {
		try {
			send(words);
			return read();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Sends a command without waiting for its reply. */
	synchronized void send(Object... words) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
		for (Object word : words) {
			byte[] bytes = String.valueOf(word).getBytes(StandardCharsets.UTF_8);
			out.write(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
			out.write(bytes);
			out.write('\r');
			out.write('\n');
		}
		this.socket.getOutputStream().write(out.toByteArray());
	}

	private Object read() throws IOException {
		String line = line();
		String rest = line.substring(1);
		return switch (line.charAt(0)) {
			case '+' -> rest;
			case '-' -> throw new RedisError(rest);
			case ':' -> Long.parseLong(rest);
			case '$' -> text(Integer.parseInt(rest));
			case '*' -> list(Integer.parseInt(rest));
			default -> throw new IOException("Not a reply: " + line);
		};
	}

	private String line() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = this.in.read(); next != '\n'; next = this.in.read()) {
			if (next < 0) {
				throw new EOFException("The server closed the connection");
			}
			if (next != '\r') {
				line.write(next);
			}
		}
		return line.toString(StandardCharsets.UTF_8);
	}

	private String text(int length) throws IOException {
		if (length < 0) {
			return null;
		}
		byte[] bytes = this.in.readNBytes(length);
		this.in.readNBytes(2);
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private List<Object> list(int length) throws IOException {
		if (length < 0) {
			return null;
		}
		List<Object> list = new ArrayList<>();
		for (int i = 0; i < length; i++) {
			try {
				list.add(read());
			}
			catch (RedisError error) {
				list.add(error);
			}
		}
		return list;
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			// it is closed for us
		}
	}

	/** An error reply. */
	static final class RedisError extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RedisError(String message) {
			super(message);
		}

	}

}
