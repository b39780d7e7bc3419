package io.github.asynclock.local;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLongArray;

import io.github.asynclock.core.Attempt;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.StoreGrant;

/**
 * The store of one JVM: whoever heads a key's queue has the key, so it grants at once,
 * and there is nothing to keep but the tokens.
 *
 * <p>
 * Keys share a fixed number of counters. Each starts once per JVM from the wall clock, in
 * the unit of the Redis store's tokens (microseconds x 1024), which leaves room for a
 * billion grants a second: so tokens also rise over a restart, and when an application
 * moves to Redis.
 */
public final class LocalLockStore implements LockStore {

	private static final int COUNTERS = 64;

	/** Counters this far apart do not share a cache line. */
	private static final int SPACING = 8;

	/** Of all stores of this JVM: a new one goes on where the former was. */
	private static final AtomicLongArray counters = new AtomicLongArray((COUNTERS + 1) * SPACING);

	static {
		long start = System.currentTimeMillis() * 1000 * 1024;
		for (int i = 0; i < counters.length(); i++) {
			counters.set(i, start);
		}
	}

	@Override
	public String name() {
		return "local";
	}

	@Override
	public String description() {
		return "in this JVM alone";
	}

	@Override
	public boolean grantsAtOnce() {
		return true;
	}

	@Override
	public long grantNow(String key) {
		int hash = key.hashCode();
		int counter = (hash ^ (hash >>> 16)) & (COUNTERS - 1);
		return counters.incrementAndGet((counter + 1) * SPACING);
	}

	@Override
	public Attempt attempt(List<String> keys, Duration lease, boolean enqueues) {
		throw neverAsked();
	}

	@Override
	public boolean grantsTogether(List<String> keys) {
		throw neverAsked();
	}

	@Override
	public CompletionStage<Answer> acquire(Attempt attempt) {
		throw neverAsked();
	}

	@Override
	public CompletionStage<Void> withdraw(Attempt attempt) {
		throw neverAsked();
	}

	@Override
	public CompletionStage<Collection<StoreGrant>> renew(Collection<StoreGrant> grants) {
		throw neverAsked();
	}

	@Override
	public CompletionStage<Boolean> release(StoreGrant grant, Duration rest) {
		throw neverAsked();
	}

	@Override
	public CompletionStage<Boolean> isLocked(String key) {
		throw neverAsked();
	}

	@Override
	public void listen(Listener listener) {
		throw neverAsked();
	}

	@Override
	public Duration pollInterval() {
		throw neverAsked();
	}

	@Override
	public void close() {
		// Nothing to let go of.
	}

	private static IllegalStateException neverAsked() {
		return new IllegalStateException("The local store grants at once; it is never asked");
	}

}
