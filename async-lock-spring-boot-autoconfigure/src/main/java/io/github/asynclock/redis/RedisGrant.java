package io.github.asynclock.redis;

import java.time.Duration;

import io.github.asynclock.core.StoreGrant;
import org.jspecify.annotations.Nullable;

/**
 * The grant of one caller: the one from Redis, or one handed over in this JVM.
 */
final class RedisGrant implements StoreGrant {

	/** How many tokens there are for one grant of Redis, and so the most hand-overs. */
	static final int TOKENS = 1024;

	final RedisHold hold;

	private final RedisSettings settings;

	/** Which one since the grant of Redis, from 0. */
	private final int number;

	RedisGrant(RedisHold hold, RedisSettings settings, int number) {
		this.hold = hold;
		this.settings = settings;
		this.number = number;
	}

	@Override
	public String key() {
		return this.hold.name.key();
	}

	@Override
	public long token() {
		return Long.parseLong(this.hold.epoch) * TOKENS + this.number;
	}

	@Override
	public Duration lease() {
		return this.hold.lease();
	}

	@Override
	public long deadline() {
		return this.hold.deadline();
	}

	@Override
	public @Nullable StoreGrant handOver(Duration lease) {
		boolean may = this.number + 1 < this.settings.localHandoffs()
				&& System.nanoTime() - this.hold.since < this.settings.localHandoffTime().toNanos()
				&& RedisProtocol.millis(lease) == this.hold.leaseMillis;
		return may ? new RedisGrant(this.hold, this.settings, this.number + 1) : null;
	}

}
