package io.github.asynclock.autoconfigure;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A host and perhaps a port.
 *
 * @param port 0: none given
 */
record HostPort(String host, int port) {

	private static final Pattern FORM = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^\\s:\\[\\]@/]+)(?::(\\d{1,5}))?");

	private static final int LAST_PORT = 65535;

	/** Null if it is something else. */
	static @Nullable HostPort parse(String text) {
		Matcher matcher = FORM.matcher(text);
		if (!matcher.matches()) {
			return null;
		}
		String port = matcher.group(2);
		int number = (port != null) ? Integer.parseInt(port) : 0;
		boolean right = port == null || number > 0 && number <= LAST_PORT;
		return right ? new HostPort(withoutBrackets(matcher.group(1)), number) : null;
	}

	int portOr(int other) {
		return (this.port != 0) ? this.port : other;
	}

	/**
	 * What stands before a wrong port; the rest may be a password without its at sign.
	 */
	static String hostOf(String text) {
		int colon = text.indexOf(':');
		return (colon < 0) ? text : text.substring(0, colon) + ":…";
	}

	private static String withoutBrackets(String host) {
		return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
	}

}
