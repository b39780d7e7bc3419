package io.github.asynclock.redis;

/**
 * A user's key and what it is called in Redis.
 *
 * @param key the user's own
 * @param tag what all its names begin with
 * @param stripe which fencing counter it has
 * @param encoded the key as it appears in names
 */
record KeyName(String key, String tag, String stripe, String encoded) {

	/** What a wake-up for it says. */
	String hint() {
		return this.stripe + ":" + this.encoded;
	}

	/** Who holds the key, or that it rests. */
	String owner() {
		return this.tag + ":o:" + this.encoded;
	}

	/** The instances that wait, in order, each with until when it counts as alive. */
	String queue() {
		return this.tag + ":q:" + this.encoded;
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
