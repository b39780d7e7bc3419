package io.github.asynclock.redis;

/**
 * A user's key and what it is called in Redis.
 *
 * @param key the user's own
 * @param tag what all its names begin with
 * @param encoded the key as it appears in them, and in wake-ups
 */
record KeyName(String key, String tag, String encoded) {

	/** Who holds the key, or that it rests. */
	String owner() {
		return this.tag + ":o:" + this.encoded;
	}

	/** The instances that wait, in order. */
	String queue() {
		return this.tag + ":q:" + this.encoded;
	}

	/** Until when those that wait count as alive. */
	String alive() {
		return this.tag + ":a:" + this.encoded;
	}

	/** Which attempts of an instance are closed. */
	String mark(String instance) {
		return this.tag + ":m:" + instance + ":" + this.encoded;
	}

	/** The last fencing number of all keys with this tag. */
	String fence() {
		return this.tag + ":f";
	}

}
