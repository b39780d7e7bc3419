package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * One caller's wait for one key: its place in the queue and its timer in one object.
 * Grant, timeout and withdrawal are decided by the one CAS of {@link Link}; whoever wins
 * it tells the {@link Call}.
 */
final class PendingAcquire extends Link implements Timed, Withdrawable, Step {

	private static final VarHandle PREVIOUS;

	static {
		try {
			PREVIOUS = MethodHandles.lookup().findVarHandle(PendingAcquire.class, "previous", Link.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/**
	 * Who came before; null once this heads the queue, the closed link while it is about
	 * to be known. A hint: see {@link KeyQueues}.
	 */
	volatile @Nullable Link previous;

	long deadline;

	private @Nullable Timed earlier;

	private @Nullable Timed later;

	/** The {@link Call} while it waits, the {@link HeldLease} once it has one. */
	private volatile Object occupant;

	PendingAcquire(String key, Call call) {
		super(key, WAITING);
		this.occupant = call;
	}

	/** Before it is in the map, which publishes this. */
	void enters(Link unknown) {
		PREVIOUS.set(this, unknown);
	}

	Call call() {
		return (Call) this.occupant;
	}

	/**
	 * The call, as long as it has no lease.
	 */
	@Nullable Call unstarted() {
		return (this.occupant instanceof Call call) ? call : null;
	}

	@Override
	@Nullable HeldLease lease() {
		return (this.occupant instanceof HeldLease lease) ? lease : null;
	}

	/** To be followed by a look whether the place is still held: the loser looks here. */
	void occupiedBy(HeldLease lease) {
		this.occupant = lease;
	}

	@Override
	public void run() {
		call().terms().engine().starter().run(this);
	}

	@Override
	public String key() {
		return this.key;
	}

	@Override
	public @Nullable PendingAcquire start() {
		return call().start(this);
	}

	@Override
	public long deadline() {
		return this.deadline;
	}

	@Override
	public void expire() {
		if (die()) {
			call().terms().engine().expired(this);
		}
	}

	@Override
	public boolean withdraw() {
		boolean withdrawn = die();
		if (withdrawn) {
			call().terms().engine().left(this);
		}
		return withdrawn;
	}

	@Override
	public @Nullable Timed earlier() {
		return this.earlier;
	}

	@Override
	public void earlier(@Nullable Timed timed) {
		this.earlier = timed;
	}

	@Override
	public @Nullable Timed later() {
		return this.later;
	}

	@Override
	public void later(@Nullable Timed timed) {
		this.later = timed;
	}

}
