package io.github.asynclock.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a browser and a shop, and cuts what goes through it, as a network does
 * that fails.
 */
final class Doorway implements AutoCloseable {

	private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final Set<Socket> open = ConcurrentHashMap.newKeySet();

	private volatile int shop;

	private volatile boolean shut;

	/**
	 * @param shop the port behind it
	 */
	Doorway(int shop) throws IOException {
		this.shop = shop;
		start(this::letIn);
	}

	String url() {
		return "http://localhost:" + this.door.getLocalPort();
	}

	/** Cuts all connections, and lets nobody in. */
	void shut() {
		this.shut = true;
		this.open.forEach(Doorway::close);
	}

	/** Lets in again. */
	void open() {
		this.shut = false;
	}

	/** Lets in again, to another shop. */
	void openTo(int shop) {
		this.shop = shop;
		open();
	}

	private void letIn() throws IOException {
		while (true) {
			Socket caller = this.door.accept();
			if (this.shut) {
				close(caller);
			}
			else {
				Socket behind = new Socket(InetAddress.getLoopbackAddress(), this.shop);
				this.open.add(caller);
				this.open.add(behind);
				start(() -> pass(caller, behind));
				start(() -> pass(behind, caller));
			}
		}
	}

	private void pass(Socket from, Socket to) throws IOException {
		try {
			from.getInputStream().transferTo(to.getOutputStream());
		}
		finally {
			close(from);
			close(to);
			this.open.remove(from);
		}
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// It was cut: that is what it is for.
			}
		}, "doorway");
		thread.setDaemon(true);
		thread.start();
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		shut();
		this.door.close();
	}

	/** What a thread does until it is cut. */
	@FunctionalInterface
	private interface Work {

		void run() throws IOException;

	}

}
