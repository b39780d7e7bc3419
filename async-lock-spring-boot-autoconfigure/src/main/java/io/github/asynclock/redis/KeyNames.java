package io.github.asynclock.redis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a user's key is called in Redis. All names of a key begin with the same
 * {@code {prefix:version:stripe}}, so that Redis Cluster keeps them together whatever
 * braces the key has; the stripe is a hash of the key, so that there is a bounded number
 * of fencing counters.
 */
final class KeyNames {

	/** Of what is kept in Redis; to be raised if that changes. */
	static final int VERSION = 1;

	private static final int STRIPES = 1024;

	/** In characters; longer ones go by their hash. */
	private static final int LONGEST = 1024;

	private final String root;

	KeyNames(String prefix) {
		this.root = prefix + ":" + VERSION + ":";
	}

	/**
	 * What comes before an instance's id in the name of its channel.
	 */
	String channel() {
		return this.root + "w:";
	}

	/**
	 * A key that is used for nothing but trying whether keys can be used.
	 */
	String probe() {
		return "{" + this.root + "0}:check";
	}

	KeyName of(String key) {
		return of(key, Integer.toHexString(stripe(key)), encode(key));
	}

	/**
	 * Which key a wake-up is about; its own text is not known.
	 */
	KeyName ofHint(String hint) {
		int colon = hint.indexOf(':');
		return of("?", hint.substring(0, Math.max(0, colon)), hint.substring(colon + 1));
	}

	private KeyName of(String key, String stripe, String encoded) {
		return new KeyName(key, "{" + this.root + stripe + "}", stripe, encoded);
	}

	static int stripe(String key) {
		int hash = key.hashCode() * 0x9E3779B9;
		return (hash >>> 16) & (STRIPES - 1);
	}

	/**
	 * Different for different keys: a percent sign begins what was changed. Half a
	 * surrogate pair has no UTF-8; it would become a question mark, like any other.
	 */
	static String encode(String key) {
		if (key.length() > LONGEST) {
			return "%h" + sha256(key);
		}
		for (int i = 0; i < key.length(); i++) {
			if (key.charAt(i) == '%' || Character.isSurrogate(key.charAt(i))) {
				return escape(key);
			}
		}
		return key;
	}

	private static String escape(String key) {
		StringBuilder escaped = new StringBuilder(key.length() + 16);
		key.codePoints().forEach((character) -> {
			if (character == '%') {
				escaped.append("%25");
			}
			else if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
				escaped.append("%u").append(Integer.toHexString(character));
			}
			else {
				escaped.appendCodePoint(character);
			}
		});
		return escaped.toString();
	}

	private static String sha256(String key) {
		try {
			byte[] text = key.getBytes(StandardCharsets.UTF_16BE);
			return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("This Java has no SHA-256", ex);
		}
	}

}
