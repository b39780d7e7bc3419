package io.github.asynclock.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.ScriptOutputType;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a server when it is first connected to: says what this user lacks, and warns
 * of what may take locks away.
 */
final class ServerCheck {

	private static final Log logger = LogFactory.getLog(ServerCheck.class);

	private static final Pattern FORBIDDEN = Pattern.compile("NOPERM|ACL failure|can't run|can't access|can't publish");

	private static final Pattern EVICTION = Pattern.compile("maxmemory_policy:(\\S+)");

	private static final Pattern PRIMARY = Pattern.compile("master_host:(\\S+)");

	private final LockConnection connection;

	private final KeyNames names;

	ServerCheck(LockConnection connection, KeyNames names) {
		this.connection = connection;
		this.names = names;
	}

	/**
	 * @return the permissions without which locking cannot work, each as the server names
	 * it; empty if there are all, or it could not be found out
	 */
	CompletionStage<List<String>> run() {
		info("memory", this::warnOfEviction);
		info("replication", this::warnOfReplica);
		return byText().thenCombine(byDigest(), (refused, byDigest) -> {
			List<String> missing = new ArrayList<>();
			for (Object one : refused) {
				judge(String.valueOf(one), missing);
			}
			if (byDigest != null) {
				missing.add(byDigest);
			}
			return missing;
		});
	}

	private CompletionStage<List<Object>> byText() {
		Script check = Script.CHECK;
		Reply<List<Object>> reply = this.connection
			.send((commands) -> commands.eval(check.text(), ScriptOutputType.MULTI, probe(), this.names.channel()));
		return reply.exceptionally((failure) -> List.of("EVAL " + Failures.unwrap(failure).getMessage()));
	}

	private CompletionStage<@Nullable String> byDigest() {
		Script check = Script.CHECK;
		Reply<List<Object>> reply = this.connection.send(
				(commands) -> commands.evalsha(check.digest(), ScriptOutputType.MULTI, probe(), this.names.channel()));
		return reply.<@Nullable String>handle((done, failure) -> Failures.isForbidden(failure)
				? "EVALSHA " + Failures.unwrap(failure).getMessage() : null);
	}

	private String[] probe() {
		return new String[] { this.names.probe() };
	}

	/** What is refused for another reason than a permission is not for now. */
	private static void judge(String refused, List<String> missing) {
		if (!FORBIDDEN.matcher(refused).find()) {
			logger.debug("While the server was checked: " + refused);
		}
		else if (refused.startsWith("PUBLISH")) {
			logger.warn("The Redis user lacks the permission to PUBLISH (" + refused
					+ "), so waiting instances find out by polling, which is slower. Grant it the channels: "
					+ "ACL SETUSER <user> &<key-prefix>:*");
		}
		else if (refused.startsWith("PUBSUB")) {
			logger.warn("The Redis user lacks the permission for PUBSUB NUMSUB (" + refused
					+ "), so a key is freed instead of passed on to the next instance, which is slower. Grant it: "
					+ "ACL SETUSER <user> +pubsub");
		}
		else {
			missing.add(refused);
		}
	}

	private void info(String section, Consumer<String> look) {
		CompletableFuture<String> info = this.connection.send((commands) -> commands.info(section));
		info.whenComplete((text, failure) -> {
			if (text != null) {
				look.accept(text);
			}
			else {
				logger.debug("INFO " + section + " is not to be had, so nothing is warned of", failure);
			}
		});
	}

	private void warnOfEviction(String info) {
		Matcher policy = EVICTION.matcher(info);
		if (policy.find() && !policy.group(1).equals("noeviction")) {
			logger.warn("Redis has maxmemory-policy " + policy.group(1)
					+ ": when its memory is full it may evict locks, which are then lost while they are held. "
					+ "Set maxmemory-policy noeviction, or use a Redis of its own for locks");
		}
	}

	private void warnOfReplica(String info) {
		Matcher primary = PRIMARY.matcher(info);
		if (info.contains("role:slave")) {
			logger.warn("Redis is a replica" + (primary.find() ? " of " + primary.group(1) : "")
					+ ": it cannot grant locks. Connect to the primary, or by Sentinel (redis-sentinel://)");
		}
	}

}
