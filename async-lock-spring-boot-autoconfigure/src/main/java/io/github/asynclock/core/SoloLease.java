package io.github.asynclock.core;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The lease of one key.
 */
class SoloLease extends HeldLease {

	final Link place;

	/** Set once the key is held, before anybody sees the lease. */
	private long token;

	/** A lease that is its own place in the queue. */
	SoloLease(String key, @Nullable HeldLease parent, HoldTerms terms) {
		super(key, parent, terms);
		this.place = this;
	}

	/** The lease of a place that somebody made before. */
	SoloLease(Link place, @Nullable HeldLease parent, HoldTerms terms) {
		super(place.key, parent, terms);
		this.place = place;
	}

	final void token(long token) {
		this.token = token;
	}

	@Override
	public final List<String> keys() {
		return List.of(this.key);
	}

	@Override
	public final long fencingToken() {
		return this.token;
	}

	@Override
	public final long fencingToken(String key) {
		if (!this.key.equals(key)) {
			throw Messages.notMyKey(key, keys());
		}
		return this.token;
	}

	@Override
	final @Nullable Link place(String key) {
		return this.key.equals(key) ? this.place : null;
	}

	@Override
	HeldLease owner(String key) {
		return this;
	}

	@Override
	boolean isValid() {
		return this.terms.engine().isValid(this.place);
	}

	@Override
	int owned() {
		return 1;
	}

	@Override
	@Nullable PendingAcquire letGoAll() {
		return this.place.letGo() ? this.terms.vacate(this.place) : this.terms.shared(this.place);
	}

	@Override
	void revokeAll(boolean wasRunning) {
		if (this.place.revoke()) {
			this.terms.engine().handOver(this.terms.vacate(this.place));
		}
	}

}
