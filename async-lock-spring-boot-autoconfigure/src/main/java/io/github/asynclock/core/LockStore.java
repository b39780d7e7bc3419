package io.github.asynclock.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;

/**
 * The port to what decides between JVMs. The engine queues the callers of this JVM; for
 * the first of a key's queue, and for nobody else, it asks the store.
 *
 * <p>
 * A store is asked, and answers; when to ask again, for whom, and how long to go on is
 * the engine's business. No method may block, and none may run the engine's callbacks
 * while it holds a lock of its own. A stage that fails means <em>unknown</em>: the
 * command may have been executed or may be later; the engine asks again with the same
 * {@link Attempt} or {@link StoreGrant}, so the store must recognise them.
 */
public interface LockStore extends AutoCloseable {

	/**
	 * What the store is called in metrics: one word that never changes.
	 */
	default String name() {
		return "custom";
	}

	/**
	 * Where locks are kept, for the log and for people; never a password.
	 */
	default String description() {
		return "in a store of the application's: " + getClass().getName();
	}

	/**
	 * Asks the server for a sign of life.
	 * @return what is known of it, such as its version; fails if it does not answer.
	 * Empty where there is no server
	 */
	default CompletionStage<Map<String, String>> server() {
		return CompletableFuture.completedFuture(Map.of());
	}

	/**
	 * Who has a key, and who waits for it, among all instances: a snapshot.
	 * @return null where there are no other instances
	 */
	default @Nullable CompletionStage<Elsewhere> inspect(String key) {
		return null;
	}

	/**
	 * Takes a key away from whichever instance holds it, or ends its rest; the next one
	 * that waits has it then. The holder learns of it at its next renewal.
	 * @return whether it was held, or rested
	 */
	default CompletionStage<Boolean> forceRelease(String key) {
		return CompletableFuture.completedFuture(false);
	}

	/**
	 * Whether the first of a local queue has the key without asking anybody, as in the
	 * store of one JVM. Then {@link #grantNow} and {@link #close} are all that is called:
	 * such a grant needs no renewal and no release. Never changes.
	 */
	boolean grantsAtOnce();

	/**
	 * Grants a key to the first of its local queue; only where {@link #grantsAtOnce}.
	 * Must not fail: the key is taken by then, and nobody would give it back.
	 * @return the fencing token, greater than zero and than all earlier ones of the key
	 */
	long grantNow(String key);

	/**
	 * Opens an attempt; asks nobody yet.
	 * @param keys sorted by code unit; several only where {@link #grantsTogether}
	 * @param lease how long the grant outlives a holder that died
	 * @param enqueues whether to take a place among the instances that wait; never with
	 * several keys
	 */
	Attempt attempt(List<String> keys, Duration lease, boolean enqueues);

	/**
	 * Whether one attempt may ask for all these keys.
	 */
	boolean grantsTogether(List<String> keys);

	/**
	 * Asks once for all keys of an attempt: all or none. Not called again before it was
	 * answered.
	 */
	CompletionStage<Answer> acquire(Attempt attempt);

	/**
	 * Closes an attempt that nobody wants any more, perhaps while it is being asked with:
	 * gives up its place among the instances, and whatever it is granted without our
	 * knowing. Sent again by the store itself until it is known to have been executed, or
	 * cannot matter any more; not at all where nothing can be left.
	 */
	CompletionStage<Void> withdraw(Attempt attempt);

	/**
	 * Extends leases, many at a time.
	 * @return those that are known to be lost; a grant that is not among them has its new
	 * {@link StoreGrant#deadline}
	 */
	CompletionStage<? extends Collection<StoreGrant>> renew(Collection<StoreGrant> grants);

	/**
	 * Gives a grant back. Sent again as {@link #withdraw} is; the stage ends with the
	 * first try.
	 * @param rest how long the key stays taken nevertheless; zero: free at once
	 * @return false if the store says that it did not have the grant any more: it was
	 * lost, and nobody had noticed. True if it had, or that is not known
	 */
	CompletionStage<Boolean> release(StoreGrant grant, Duration rest);

	/**
	 * Whether any instance has the key, or it rests: a snapshot.
	 */
	CompletionStage<Boolean> isLocked(String key);

	/**
	 * Gives a grant back, as {@link #release} without a rest, and asks with an attempt of
	 * the same key that was not asked with before, as {@link #acquire}: for a JVM that
	 * has others waiting, which are to queue up behind the other instances. By one
	 * command where the store can.
	 */
	default Passed pass(StoreGrant grant, Attempt next) {
		return new Passed(release(grant, Duration.ZERO), acquire(next));
	}

	/**
	 * Says whom to tell of what comes unasked.
	 */
	void listen(Listener listener);

	/**
	 * After how long to ask again for a key that was busy, if no hint comes and its
	 * remaining time is not over before.
	 */
	Duration pollInterval();

	/**
	 * Lets go of all resources.
	 */
	@Override
	void close();

	/**
	 * What is answered to {@link LockStore#pass}.
	 *
	 * @param released as of {@link LockStore#release}
	 * @param answer as of {@link LockStore#acquire}
	 */
	record Passed(CompletionStage<Boolean> released, CompletionStage<Answer> answer) {

	}

	/**
	 * What is known of a key among all instances.
	 *
	 * @param self the id of this instance
	 * @param holder the id of the instance that holds the key; null if none does
	 * @param timeLeft how long the key stays taken if nothing is done, by a holder or by
	 * a rest; zero if it is free
	 * @param waiting the ids of the instances that wait for it, in order
	 */
	record Elsewhere(String self, @Nullable String holder, Duration timeLeft, List<String> waiting) {

	}

	/** What a store says unasked. */
	interface Listener {

		/**
		 * A key may be free now. Such hints may be lost or late; a busy key is asked for
		 * again after {@link LockStore#pollInterval} without any.
		 */
		void wakeUp(String key);

		/**
		 * Nobody said that a key may be free, but it is better asked for now: a message
		 * may have been lost with a connection.
		 */
		default void askAgain(String key) {
			wakeUp(key);
		}

		/**
		 * An attempt that was answered that its key is busy has been granted it since:
		 * the one that had it has passed it on. That is no hint: the attempt is over.
		 * Where it is lost on the way, asking again gives the same grant.
		 */
		void granted(Attempt attempt, Answer.Granted answer);

		/**
		 * Whether to tell how long commands take. Never changes.
		 */
		default boolean timesCommands() {
			return false;
		}

		/**
		 * A command has ended; only where {@link #timesCommands}. One that asks for many
		 * is told of once.
		 * @param nanos how long that took
		 * @param failed whether it failed, was not answered in time, or could not be sent
		 */
		default void answered(long nanos, boolean failed) {
		}

	}

	/** What a store says to an {@link Attempt}. */
	sealed interface Answer {

		/**
		 * All keys are held.
		 *
		 * @param grants one for each key, in the attempt's order
		 */
		record Granted(Collection<StoreGrant> grants) implements Answer {

		}

		/**
		 * No key is held.
		 *
		 * @param remaining how long the key that is in the way stays taken if nothing is
		 * done; zero if unknown, or if another instance is next
		 */
		record Busy(Duration remaining) implements Answer {

		}

	}

}
