package io.github.asynclock.redis;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

/**
 * An open connection, from when it is established until it is lost; never reused after.
 */
final class Line {

	private final RedisClusterAsyncCommands<String, String> commands;

	/** All that has to be closed with it. */
	private final Set<StatefulConnection<String, String>> connections;

	private final AtomicBoolean closed = new AtomicBoolean();

	private final long openedAt = System.nanoTime();

	/** When the last timeout that counts was, and how many came in a row. */
	private long timedOutAt;

	private int timeouts;

	private volatile boolean silent;

	/**
	 * @param connections all that has to be closed with it
	 */
	Line(RedisClusterAsyncCommands<String, String> commands, Set<StatefulConnection<String, String>> connections) {
		this.commands = commands;
		this.connections = connections;
	}

	RedisClusterAsyncCommands<String, String> commands() {
		return this.commands;
	}

	/**
	 * Runs a script, by its digest if the server knows it.
	 */
	CompletionStage<List<Object>> run(Script script, String[] keys, String[] arguments) {
		CompletionStage<List<Object>> known = this.commands.evalsha(script.digest(), ScriptOutputType.MULTI, keys,
				arguments);
		return known.exceptionallyCompose((failure) -> {
			if (!isUnknownScript(failure)) {
				return CompletableFuture.failedFuture(failure);
			}
			return this.commands.eval(script.text(), ScriptOutputType.MULTI, keys, arguments);
		});
	}

	private static boolean isUnknownScript(@Nullable Throwable failure) {
		return failure instanceof RedisNoScriptException || (failure != null && isUnknownScript(failure.getCause()));
	}

	/**
	 * A command was answered, whatever the answer.
	 */
	void answered() {
		if (this.silent) {
			this.silent = false;
		}
	}

	/**
	 * A command was not answered in time. Several that were on their way together count
	 * as one.
	 * @return how often that happened in a row
	 */
	synchronized int timedOut(long sentAt, long now) {
		if (!this.silent) {
			this.silent = true;
			this.timeouts = 0;
		}
		if (this.timeouts == 0 || sentAt - this.timedOutAt >= 0) {
			this.timedOutAt = now;
			this.timeouts++;
		}
		return this.timeouts;
	}

	boolean isYoungerThan(long nanos) {
		return System.nanoTime() - this.openedAt < nanos;
	}

	boolean isOpen() {
		return this.connections.stream().allMatch(StatefulConnection::isOpen);
	}

	/**
	 * @return completes when all is closed, if this call closes it
	 */
	CompletableFuture<Void> close() {
		if (!this.closed.compareAndSet(false, true)) {
			return CompletableFuture.completedFuture(null);
		}
		return CompletableFuture
			.allOf(this.connections.stream().map(StatefulConnection::closeAsync).toArray(CompletableFuture<?>[]::new));
	}

}
