package io.github.asynclock.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * A place in a key's queue.
 *
 * <p>
 * {@code state} is the one word that decides what becomes of it, always by one CAS: <pre>
 *   WAITING --grant--> 1 --retain--> 2 ... --letGo--> 1 --letGo--> 0
 *      |                \--------------revoke------------------->  0
 *      \--withdraw--> DEAD
 * </pre> A number of 1 or more counts who keeps the key held: the grant's own action and
 * the re-entered calls that may outlive it. Whoever takes it to 0, and nobody else, has
 * to hand the key over. 0 and DEAD are final.
 */
abstract class Link {

	static final int WAITING = -1;

	static final int DEAD = -2;

	private static final VarHandle NEXT;

	private static final VarHandle STATE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			NEXT = lookup.findVarHandle(Link.class, "next", Link.class);
			STATE = lookup.findVarHandle(Link.class, "state", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	final String key;

	/** Who comes after; set once by the one that comes after, then only moved forward. */
	volatile @Nullable Link next;

	private volatile int state;

	Link(String key, int state) {
		this.key = key;
		STATE.set(this, state);
	}

	/**
	 * The lease that this place was granted to; null while it waits.
	 */
	abstract @Nullable HeldLease lease();

	final int state() {
		return this.state;
	}

	final boolean isTaken() {
		return this.state > 0;
	}

	final boolean grant() {
		return STATE.compareAndSet(this, WAITING, 1);
	}

	final boolean die() {
		return STATE.compareAndSet(this, WAITING, DEAD);
	}

	/**
	 * One more keeps the key held; false if it is not held any more.
	 */
	final boolean retain() {
		for (int state = this.state; state > 0; state = this.state) {
			if (STATE.compareAndSet(this, state, state + 1)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * As {@link #retain()}, but only if it is held by one at present.
	 */
	final boolean retainAlone() {
		return STATE.compareAndSet(this, 1, 2);
	}

	/**
	 * One fewer keeps the key held.
	 * @return true if that was the last: the caller has to hand the key over
	 */
	final boolean letGo() {
		for (int state = this.state; state > 0; state = this.state) {
			if (STATE.compareAndSet(this, state, state - 1)) {
				return state == 1;
			}
		}
		return false;
	}

	/**
	 * Nobody keeps the key held any more, whoever did.
	 * @return true if somebody did: the caller has to hand the key over
	 */
	final boolean revoke() {
		for (int state = this.state; state > 0; state = this.state) {
			if (STATE.compareAndSet(this, state, 0)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Moves on to a later link, unless another did.
	 */
	final boolean move(@Nullable Link from, Link to) {
		return NEXT.compareAndSet(this, from, to);
	}

	/**
	 * Puts a link behind this one, unless this one was closed or has one already.
	 */
	final boolean append(Link link) {
		return NEXT.compareAndSet(this, null, link);
	}

}
