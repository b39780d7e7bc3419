package io.github.asynclock.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What the one that had a key tells the one that has it now.
 *
 * @param hint the name of the key
 */
record PassedOn(String hint, long counter, String epoch, long leaseMillis) {

	private static final Pattern FORM = Pattern.compile("\\+(\\d{1,16}):(\\d{1,16}):(\\d{1,16}) (.*)", Pattern.DOTALL);

	/**
	 * Reads a message.
	 * @return null if it is another one
	 */
	static @Nullable PassedOn of(String message) {
		Matcher form = FORM.matcher(message);
		return form.matches() ? new PassedOn(form.group(4), Long.parseLong(form.group(1)), form.group(2),
				Long.parseLong(form.group(3))) : null;
	}

}
