package io.github.asynclock.redis;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
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

	private final Function<String, String> serverOf;

	private final @Nullable Batches batches;

	private final ConcurrentHashMap<String, Silence> silences = new ConcurrentHashMap<>(2);

	/**
	 * A line to one server.
	 * @param connections all that has to be closed with it
	 */
	Line(StatefulRedisConnection<String, String> connection, Set<StatefulConnection<String, String>> connections) {
		this(connection.async(), connections, (key) -> "", new Batches(connection::dispatch));
	}

	/**
	 * A line to several servers.
	 * @param connections all that has to be closed with it
	 * @param serverOf which server has a key
	 */
	Line(RedisClusterAsyncCommands<String, String> commands, Set<StatefulConnection<String, String>> connections,
			Function<String, String> serverOf) {
		this(commands, connections, serverOf, null);
	}

	private Line(RedisClusterAsyncCommands<String, String> commands,
			Set<StatefulConnection<String, String>> connections, Function<String, String> serverOf,
			@Nullable Batches batches) {
		this.commands = commands;
		this.connections = connections;
		this.serverOf = serverOf;
		this.batches = batches;
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
			if (!Failures.isUnknownScript(failure)) {
				return CompletableFuture.failedFuture(failure);
			}
			return this.commands.eval(script.text(), ScriptOutputType.MULTI, keys, arguments);
		});
	}

	/**
	 * Runs a script that answers several at a time, perhaps for others by the same
	 * command.
	 */
	CompletionStage<List<Object>> run(ScriptCall call) {
		return (this.batches != null) ? this.batches.run(call) : runAlone(call);
	}

	/** The keys of others may be elsewhere. */
	private CompletionStage<List<Object>> runAlone(ScriptCall call) {
		String[] arguments = Arrays.copyOf(call.shared(), call.shared().length + call.own().length);
		System.arraycopy(call.own(), 0, arguments, call.shared().length, call.own().length);
		return run(call.script(), call.keys(), arguments).thenApply((replies) -> Batches.one(replies.get(0)));
	}

	/**
	 * Which server has a key, as far as that matters for its silence.
	 * @param key null for a command that is for no key
	 */
	Silence silence(@Nullable String key) {
		return this.silences.computeIfAbsent((key != null) ? this.serverOf.apply(key) : "", (server) -> new Silence());
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
