package io.github.asynclock.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockDeadlockException;
import io.github.asynclock.LockEvent;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRejectedException;
import io.github.asynclock.LockTimeoutException;
import io.github.asynclock.LockUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's errors: what was asked, what was found, what to do.
 */
final class Messages {

	private Messages() {
	}

	static LockTimeoutException timedOut(Collection<String> keys, long waitNanos) {
		Duration wait = Duration.ofNanos(waitNanos);
		String found = wait.isZero() ? was(keys) + " not free, and the wait time is zero"
				: was(keys) + " not granted within the wait time of " + wait;
		return new LockTimeoutException(found
				+ "; the action did not run. Wait longer (waitTime, async-lock.wait-time), make the actions on it shorter, "
				+ "or skip (orSkip(), onTimeout = SKIP)", keys);
	}

	static LockClosedException closed(Collection<String> keys) {
		return new LockClosedException(
				was(keys) + " not granted: the lock service is shutting down; the action did not run. "
						+ "Send the work to another instance, or try again after the restart",
				keys);
	}

	static LockUnavailableException unavailable(Collection<String> keys, Throwable cause) {
		return new LockUnavailableException(was(keys) + " not granted: the lock store could not be reached or refused ("
				+ cause + "); the action did not run. Check the store, then try again", keys, cause);
	}

	static LockUnavailableException startedTooLate(Collection<String> keys) {
		return new LockUnavailableException(what(keys) + " was granted, but its lease ended before the action could "
				+ "start, which did not run. If the executor's threads are busy, give it more of them, or the lease more time",
				keys);
	}

	static LockLostException lostAtStore(Collection<String> keys, String why) {
		return new LockLostException(was(keys) + " lost while its action ran: " + why + ". Others may hold it now; "
				+ "check the fencing token where it matters", keys);
	}

	static LockLostException abandoned(Collection<String> keys) {
		return new LockLostException(was(keys) + " lost: the lock service was shut down, and its action had not "
				+ "ended when the time for that was over. Allow more time "
				+ "(spring.lifecycle.timeout-per-shutdown-phase) or make the action shorter", keys);
	}

	static LockLostException forced(Collection<String> keys) {
		return new LockLostException(was(keys) + " lost: somebody released it by force. Others may hold it now; "
				+ "check the fencing token where it matters", keys);
	}

	static LockLostException heldTooLong(Collection<String> keys, Duration atMost) {
		return new LockLostException(was(keys) + " lost on purpose: its action had not ended after " + atMost
				+ " (holdAtMost). Others may hold it now. Allow more time, or make the action shorter", keys);
	}

	static String heldLong(LockEvent event) {
		String name = (event.name() != null) ? " by \"" + event.name() + "\"" : "";
		return what(event.keys()) + ((event.keys().size() == 1) ? " is" : " are") + " held for "
				+ event.held().toMillis() + " ms" + name
				+ " and still is, longer than async-lock.held-warning; those that wait for it wait on. "
				+ "Is its action stuck? Make it shorter, or raise the limit";
	}

	static LockRejectedException rejected(String key, Collection<String> keys, int limit) {
		return new LockRejectedException(what(List.of(key)) + " has " + limit
				+ " waiting callers already, which is the limit "
				+ "(async-lock.max-waiters-per-key); the action did not run. Try again later, or raise the limit",
				keys);
	}

	static LockException notStarted(Collection<String> keys, Throwable cause) {
		return new LockException(was(keys) + " granted, but the action could not be started: " + cause
				+ "; it did not run, and the grant was given back", keys, cause);
	}

	static LockException interrupted(Collection<String> keys) {
		return new LockException("The thread was interrupted while it waited for " + what(keys)
				+ "; the action did not run. The interrupt flag is still set", keys);
	}

	/**
	 * @param circle each waits for a key that the next one holds, the last for one of the
	 * first, which is the one that is refused
	 */
	static LockDeadlockException deadlock(Collection<String> keys, List<Waiting> circle) {
		StringJoiner chain = new StringJoiner("; ");
		circle.forEach((one) -> chain.add(one.toString()));
		return new LockDeadlockException(was(keys) + " not granted, as waiting would never end: " + chain
				+ ". The action did not run; the others go on. Ask for all keys in one request, or everywhere "
				+ "in the same order", keys);
	}

	/** Of a circle, one request. */
	record Waiting(@Nullable String name, Collection<String> holds, String waitsFor) {

		@Override
		public String toString() {
			return ((this.name != null) ? "\"" + this.name + "\"" : "one") + " holds " + this.holds + " and waits for ["
					+ this.waitsFor + "]";
		}

	}

	static IllegalStateException nothingReturned(Collection<String> keys, String expected) {
		return new IllegalStateException("The action under " + what(keys) + " returned null instead of a " + expected
				+ "; it counts as ended and the keys were released. Return a " + expected
				+ ", an empty one if need be");
	}

	static IllegalStateException mustNotBlock(Collection<String> keys) {
		return new IllegalStateException("A blocking call for " + what(keys) + " on thread "
				+ Thread.currentThread().getName() + ", which must not block; the action did not run. Use execute, "
				+ "executeMono or executeFlux here, or move the call to a thread that may block "
				+ "(Schedulers.boundedElastic())");
	}

	static IllegalArgumentException notMyKey(String key, Collection<String> keys) {
		return new IllegalArgumentException("\"" + key + "\" is not a key of this lease; it has " + keys);
	}

	private static String was(Collection<String> keys) {
		return what(keys) + ((keys.size() == 1) ? " was" : " were");
	}

	private static String what(Collection<String> keys) {
		return (keys.size() == 1) ? "Key \"" + keys.iterator().next() + "\"" : "Keys " + keys;
	}

}
