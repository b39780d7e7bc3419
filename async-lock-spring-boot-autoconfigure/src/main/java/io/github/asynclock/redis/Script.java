package io.github.asynclock.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.lettuce.core.codec.Base16;

/**
 * A script that runs in Redis.
 *
 * @param text in Lua
 * @param digest what Redis calls it by
 */
record Script(String text, String digest) {

	/** Ask for keys. */
	static final Script ACQUIRE = load("acquire");

	/** End an attempt and what it was granted. */
	static final Script CLOSE = load("close");

	/** Extend leases. */
	static final Script RENEW = load("renew");

	/** Free a key that rests. */
	static final Script FREE = load("free");

	/** Try what the others do. */
	static final Script CHECK = load("check");

	private static Script load(String name) {
		try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
			if (in == null) {
				throw new IllegalStateException("The script " + name + ".lua is not on the class path");
			}
			byte[] text = in.readAllBytes();
			return new Script(new String(text, StandardCharsets.UTF_8), Base16.digest(text));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
