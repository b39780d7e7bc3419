package io.github.asynclock.redis;

/**
 * How often in a row a server did not answer in time.
 */
final class Silence {

	private volatile boolean silent;

	private long timedOutAt;

	private int timeouts;

	/**
	 * A command was answered, whatever the answer.
	 */
	void answered() {
		if (this.silent) {
			this.silent = false;
		}
	}

	/**
	 * A command was not answered in time. Several that were on their way together count
	 * as one.
	 * @return how often that happened in a row
	 */
	synchronized int timedOut(long sentAt, long now) {
		if (!this.silent) {
			this.silent = true;
			this.timeouts = 0;
		}
		if (this.timeouts == 0 || sentAt - this.timedOutAt >= 0) {
			this.timedOutAt = now;
			this.timeouts++;
		}
		return this.timeouts;
	}

}
