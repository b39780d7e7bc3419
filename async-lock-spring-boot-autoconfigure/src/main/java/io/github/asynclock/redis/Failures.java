package io.github.asynclock.redis;

import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisNoScriptException;
import org.jspecify.annotations.Nullable;

/**
 * What a failed command means.
 */
final class Failures {

	/** What an error begins with that says the command was not executed. */
	private static final Set<String> NOT_EXECUTED = Set.of("NOSCRIPT", "LOADING", "BUSY", "READONLY", "TRYAGAIN",
			"MASTERDOWN", "CLUSTERDOWN", "MOVED", "ASK", "OOM", "NOREPLICAS", "MISCONF", "NOAUTH", "NOPERM",
			"ASYNCLOCK", "WRONGTYPE");

	/** Redis 6 puts the place before an error that a script's command had. */
	private static final Pattern IN_SCRIPT = Pattern.compile("@user_script: ?\\d+: -?([A-Z]+ .*)");

	private Failures() {
	}

	static Throwable unwrap(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException || failure instanceof ExecutionException)
				? failure.getCause() : null;
		return (cause != null) ? cause : failure;
	}

	/**
	 * Whether the command may have been executed, or may be later.
	 */
	static boolean isUnknown(Throwable failure) {
		return !(failure instanceof NotConnectedException) && !NOT_EXECUTED.contains(code(failure));
	}

	/**
	 * Whether the server does not know a script by its digest.
	 */
	static boolean isUnknownScript(@Nullable Throwable failure) {
		return failure instanceof RedisNoScriptException || (failure != null && isUnknownScript(failure.getCause()));
	}

	/**
	 * Whether the server has become a replica.
	 */
	static boolean isReadOnly(Throwable failure) {
		return code(failure).equals("READONLY");
	}

	/**
	 * Whether a cluster is just moving some of the keys.
	 */
	static boolean isMoving(Throwable failure) {
		return code(failure).equals("TRYAGAIN");
	}

	/**
	 * Whether the user may not do that.
	 */
	static boolean isForbidden(@Nullable Throwable failure) {
		return failure != null && code(failure).equals("NOPERM");
	}

	/** What a server's error begins with; empty if it is not one. */
	private static String code(Throwable failure) {
		String message = (failure instanceof RedisCommandExecutionException) ? failure.getMessage() : null;
		if (message == null) {
			return "";
		}
		Matcher inScript = IN_SCRIPT.matcher(message);
		String error = inScript.find() ? inScript.group(1) : message;
		int end = error.indexOf(' ');
		return (end > 0) ? error.substring(0, end) : error;
	}

	static RedisCommandTimeoutException timeout(long nanos) {
		return new RedisCommandTimeoutException("no answer within " + nanos / 1_000_000 + " ms");
	}

	/** There is no connection: nothing was sent. */
	static final class NotConnectedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		NotConnectedException(@Nullable Throwable cause) {
			super("not connected" + ((cause != null) ? ": " + root(cause) : ""), cause, false, false);
		}

		private static String root(Throwable failure) {
			Throwable at = failure;
			while (at.getCause() != null) {
				at = at.getCause();
			}
			return String.valueOf(at.getMessage());
		}

	}

}
