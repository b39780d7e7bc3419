package io.github.asynclock.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.asynclock.core.LockStore.Elsewhere;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a key, and frees it from outside: {@code docs/protocol.md}, "What is kept for
 * a key".
 */
final class Inspection {

	/** The owner's two forms: held, with its lease; or resting, with its rest. */
	private static final Pattern HELD = Pattern.compile("h:(\\w+):(\\d+):\\d+:(\\d{1,18})");

	private static final Pattern RESTS = Pattern.compile("r:(\\d{1,18})");

	private static final String FREE = "r:0";

	private static final long GONE = -2;

	private static final long WITHOUT_LIMIT = -1;

	private static final Pattern SERVER = Pattern.compile("(?m)^redis_(version|mode):(\\S+)");

	private static final Long YES = 1L;

	private final LockConnection connection;

	private final RedisProtocol protocol;

	private final KeyNames names;

	private final InstanceId instance;

	Inspection(LockConnection connection, RedisProtocol protocol, KeyNames names, InstanceId instance) {
		this.connection = connection;
		this.protocol = protocol;
		this.names = names;
		this.instance = instance;
	}

	CompletionStage<Map<String, String>> server() {
		Reply<String> info = this.connection.send((commands) -> commands.info("server"));
		return info.thenApply((text) -> {
			Map<String, String> found = new HashMap<>();
			for (Matcher matcher = SERVER.matcher(text); matcher.find();) {
				found.put(matcher.group(1), matcher.group(2));
			}
			return found;
		});
	}

	CompletionStage<Elsewhere> look(String key) {
		KeyName name = this.names.of(key);
		Reply<String> owner = this.connection.send((commands) -> commands.get(name.owner()));
		Reply<Long> left = this.connection.send((commands) -> commands.pttl(name.owner()));
		Reply<List<String>> queue = this.connection.send((commands) -> commands.lrange(name.queue(), 0, -1));
		return CompletableFuture.allOf(owner, left, queue).thenApply((all) -> {
			List<String> waiting = queue.join().stream().map((entry) -> entry.replaceFirst(":.*", "")).toList();
			return seen(name, owner.join(), left.join(), waiting);
		});
	}

	private Elsewhere seen(KeyName name, @Nullable String owner, long left, List<String> waiting) {
		String value = (owner != null && left != GONE) ? owner : FREE;
		Matcher held = HELD.matcher(value);
		Matcher rests = RESTS.matcher(value);
		if (held.matches()) {
			return new Elsewhere(this.instance.get(), held.group(1), timeLeft(left, held.group(3)), waiting);
		}
		if (rests.matches()) {
			return new Elsewhere(this.instance.get(), null, timeLeft(left, rests.group(1)), waiting);
		}
		throw new IllegalStateException(name.owner() + " in Redis holds something that is not a lock of async-lock");
	}

	/**
	 * As acquire has it: never more than was given, and that much where nothing is said.
	 */
	private static Duration timeLeft(long left, String given) {
		long most = Long.parseLong(given);
		return Duration.ofMillis((left == WITHOUT_LIMIT) ? most : Math.max(0, Math.min(left, most)));
	}

	/**
	 * Closes on behalf of the one that holds the key, who learns of it at its next
	 * renewal; a rest is just deleted. What is neither is the script's to refuse.
	 */
	CompletionStage<Boolean> free(String key) {
		KeyName name = this.names.of(key);
		Reply<String> owner = this.connection.send((commands) -> commands.get(name.owner()));
		return owner.thenCompose((value) -> free(name, value));
	}

	private CompletionStage<Boolean> free(KeyName name, @Nullable String owner) {
		if (owner == null) {
			return CompletableFuture.completedFuture(false);
		}
		Matcher held = HELD.matcher(owner);
		Reply<List<Object>> freed = held.matches() ? this.protocol.closeFor(name, held.group(1), held.group(2))
				: this.protocol.free(name, owner);
		return freed.thenApply((reply) -> YES.equals(reply.get(0)));
	}

}
