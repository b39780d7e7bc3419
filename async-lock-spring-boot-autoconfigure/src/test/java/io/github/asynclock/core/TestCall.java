package io.github.asynclock.core;

import java.util.List;
import java.util.Collection;
import io.github.asynclock.LockException;
import org.jspecify.annotations.Nullable;

/**
 * A call that wants nothing: for tests of the queue alone.
 */
class TestCall implements Call {

	static final TestCall UNUSED = new TestCall(null);

	private final @Nullable HoldTerms terms;

	TestCall(@Nullable HoldTerms terms) {
		this.terms = terms;
	}

	@Override
	public HoldTerms terms() {
		return this.terms;
	}

	@Override
	public @Nullable HeldLease scope() {
		return null;
	}

	@Override
	public Collection<String> keys() {
		return List.of();
	}

	@Override
	public long leaseNanos() {
		return 30_000_000_000L;
	}

	@Override
	public @Nullable PendingAcquire run(HeldLease lease) {
		return null;
	}

	@Override
	public void timedOut() {
	}

	@Override
	public void refused(LockException reason) {
	}

}
