package io.github.asynclock.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.asynclock.core.LockStore;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What sends commands: one {@link Line} at a time, opened in the background when it is
 * first needed, and again whenever it is lost or the server has been silent for three
 * timeouts in a row. A command is sent once; what was not answered when the line was lost
 * fails then.
 *
 * <p>
 * Commands that come before the first try to connect has ended wait for that; later ones
 * fail at once while there is no connection.
 */
final class LockConnection {

	private static final Log logger = LogFactory.getLog(LockConnection.class);

	private static final long SHORTEST_DELAY_MILLIS = 20;

	private static final long LONGEST_DELAY_MILLIS = 500;

	private static final int SILENT = 3;

	private final LineOpener opener;

	private final long timeoutNanos;

	private final Outstanding outstanding;

	private final Runnable connected;

	/** Who takes out a line that was lost, and nobody else, opens the next. */
	private volatile CompletableFuture<Line> line = new CompletableFuture<>();

	/** Only for the thread that looks for late answers. */
	private long replaceAgainAt = System.nanoTime();

	private final AtomicBoolean started = new AtomicBoolean();

	private volatile boolean closed;

	private volatile LockStore.@Nullable Listener timing;

	/**
	 * @param connected called after each time that a line was opened
	 */
	LockConnection(LineOpener opener, ScheduledExecutorService timer, long timeoutNanos, Runnable connected) {
		this.opener = opener;
		this.timeoutNanos = timeoutNanos;
		this.outstanding = new Outstanding(timer, timeoutNanos, this::late);
		this.connected = connected;
	}

	/**
	 * Says whom to tell how long commands take.
	 */
	void timing(LockStore.Listener timing) {
		this.timing = timing;
	}

	/**
	 * The first try to connect: completes when it has ended, fails if it failed.
	 */
	CompletableFuture<Line> start() {
		if (!this.started.get() && this.started.compareAndSet(false, true)) {
			connect(0);
		}
		return this.line;
	}

	Reply<List<Object>> run(Script script, String[] keys, String[] arguments, long timeoutNanos) {
		return send((line) -> line.run(script, keys, arguments), keys[0], timeoutNanos);
	}

	Reply<List<Object>> run(ScriptCall call, long timeoutNanos) {
		return send((line) -> line.run(call), call.keys()[0], timeoutNanos);
	}

	<T> Reply<T> send(Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command) {
		return send((line) -> command.apply(line.commands()), null, this.timeoutNanos);
	}

	/**
	 * @param key one of those that it is for; null if it is for none
	 */
	private <T> Reply<T> send(Function<Line, CompletionStage<T>> command, @Nullable String key, long timeoutNanos) {
		Reply<T> reply = new Reply<>(Math.min(timeoutNanos, this.timeoutNanos), this.timing);
		CompletableFuture<Line> current = start();
		if (current.isDone() && !current.isCompletedExceptionally()) {
			this.outstanding.add(reply);
			send(current.join(), command, key, reply);
		}
		else if (current.isDone()) {
			current.exceptionally((failure) -> {
				reply.completeExceptionally(Failures.unwrap(failure));
				return null;
			});
		}
		else {
			this.outstanding.add(reply);
			current.whenComplete((line, failure) -> {
				if (line != null && !reply.isDone()) {
					send(line, command, key, reply);
				}
				else if (failure != null) {
					reply.completeExceptionally(Failures.unwrap(failure));
				}
			});
		}
		return reply;
	}

	/**
	 * Sends on a certain line, to be answered after all that was sent there before.
	 */
	<T> Reply<T> sendOn(Line line, Function<RedisClusterAsyncCommands<String, String>, CompletionStage<T>> command,
			long timeoutNanos) {
		Reply<T> reply = new Reply<>(timeoutNanos, this.timing);
		this.outstanding.add(reply);
		send(line, (same) -> command.apply(same.commands()), null, reply);
		return reply;
	}

	private <T> void send(Line line, Function<Line, CompletionStage<T>> command, @Nullable String key, Reply<T> reply) {
		Silence silence = line.silence(key);
		reply.silence = silence;
		reply.line = line;
		CompletionStage<T> answer;
		try {
			answer = command.apply(line);
		}
		catch (Throwable ex) {
			reply.completeExceptionally(ex);
			return;
		}
		if (Batches.sharesCommand(answer)) {
			reply.sharesCommand();
		}
		answer.whenComplete((value, failure) -> {
			reply.answered(silence, value, failure);
			if (failure != null && Failures.isReadOnly(Failures.unwrap(failure))) {
				readOnly(line);
			}
		});
	}

	private void late(Reply<?> reply) {
		Line line = reply.line;
		Silence silence = reply.silence;
		long now = System.nanoTime();
		if (line == null || silence == null || silence.timedOut(reply.sentAt, now) < SILENT) {
			return;
		}
		// A node of a cluster may be silent for long: the others are not to be disturbed
		// all the time.
		if (now - this.replaceAgainAt >= 0) {
			this.replaceAgainAt = now + this.timeoutNanos * SILENT;
			logger.warn("Redis has not answered for " + SILENT + " command timeouts; connecting anew");
			lost(line);
		}
	}

	/**
	 * There is another primary now; or will be: then the same server is not asked at once
	 * again.
	 */
	private void readOnly(Line line) {
		lost(line,
				line.isYoungerThan(TimeUnit.MILLISECONDS.toNanos(2 * LONGEST_DELAY_MILLIS)) ? LONGEST_DELAY_MILLIS : 0);
	}

	private void lost(Line line) {
		lost(line, 0);
	}

	private void lost(Line line, long delayMillis) {
		CompletableFuture<Line> current = this.line;
		boolean mine = current.isDone() && !current.isCompletedExceptionally() && current.join() == line;
		if (mine && swap(current, notConnected())) {
			connect(delayMillis);
		}
		line.close();
	}

	private synchronized boolean swap(CompletableFuture<Line> before, CompletableFuture<Line> next) {
		boolean same = this.line == before;
		if (same) {
			this.line = next;
		}
		return same;
	}

	private synchronized CompletableFuture<Line> swap(CompletableFuture<Line> next) {
		CompletableFuture<Line> before = this.line;
		this.line = next;
		return before;
	}

	private static CompletableFuture<Line> notConnected() {
		return CompletableFuture.failedFuture(new Failures.NotConnectedException(null));
	}

	private void connect(long delayMillis) {
		if (this.closed) {
			return;
		}
		Thread thread = new Thread(null, () -> connectUntilDone(delayMillis), "async-lock-redis-connect", 0, false);
		thread.setDaemon(true);
		// Lettuce looks up classes by it; whoever asks first may have another than the
		// library's.
		thread.setContextClassLoader(LockConnection.class.getClassLoader());
		thread.start();
	}

	private void connectUntilDone(long delayMillis) {
		if (delayMillis > 0 && !sleep(delayMillis)) {
			return;
		}
		long delay = SHORTEST_DELAY_MILLIS;
		while (!this.closed) {
			try {
				opened(this.opener.open(this::lost));
				return;
			}
			catch (Throwable ex) {
				failed(ex, delay == SHORTEST_DELAY_MILLIS);
			}
			if (!sleep(delay)) {
				return;
			}
			delay = Math.min(2 * delay, LONGEST_DELAY_MILLIS);
		}
	}

	private void opened(Line line) {
		// From here on it may be lost again.
		swap(CompletableFuture.completedFuture(line)).complete(line);
		if (this.closed) {
			line.close();
			return;
		}
		if (!line.isOpen()) {
			lost(line); // said so while it was not ours yet
			return;
		}
		this.connected.run();
	}

	private void failed(Throwable failure, boolean first) {
		Failures.NotConnectedException reason = new Failures.NotConnectedException(failure);
		swap(CompletableFuture.failedFuture(reason)).completeExceptionally(reason);
		if (first) {
			logger.warn("Redis cannot be reached (" + reason.getMessage()
					+ "); trying on. Until then locks fail with LockUnavailableException when their wait time is over");
		}
		else {
			logger.debug("Redis still cannot be reached", failure);
		}
	}

	private boolean sleep(long millis) {
		try {
			Thread.sleep(millis);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * @return completes when what was open is closed
	 */
	CompletableFuture<Void> close() {
		this.closed = true;
		CompletableFuture<Line> current = swap(notConnected());
		current.completeExceptionally(new Failures.NotConnectedException(null));
		return current.isCompletedExceptionally() ? CompletableFuture.completedFuture(null) : current.join().close();
	}

}
