package io.github.asynclock.transaction;

import java.util.concurrent.CompletionStage;

import io.github.asynclock.core.UnitOfWork;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The unit of work of a transaction that is bound to a thread. Made by the first call in
 * it, and bound to the thread like the transaction's own resources, also while the
 * transaction is suspended for another: the calls in that one re-enter what this one
 * keeps.
 *
 * <p>
 * It is told last of the transaction's completion, as all synchronizations without an
 * order are, in the order in which they came.
 */
final class ThreadTransaction implements TransactionSynchronization {

	private static final Object KEY = ThreadTransaction.class;

	/** Suspended for this one. */
	private final @Nullable ThreadTransaction outer;

	private final UnitOfWork work;

	private boolean suspended;

	private volatile boolean completed;

	private ThreadTransaction(@Nullable ThreadTransaction outer) {
		this.outer = outer;
		this.work = UnitOfWork.begin((outer != null) ? outer.work : null);
	}

	/**
	 * That of this thread; null if there is none.
	 */
	static @Nullable UnitOfWork current() {
		ThreadTransaction bound = bound();
		if (bound != null && !bound.suspended) {
			return bound.work;
		}
		if (TransactionSynchronizationManager.isSynchronizationActive()
				&& TransactionSynchronizationManager.isActualTransactionActive()) {
			ThreadTransaction begun = new ThreadTransaction(bound);
			TransactionSynchronizationManager.registerSynchronization(begun);
			bind(begun);
			return begun.work;
		}
		return (bound != null) ? UnitOfWork.none(bound.work) : null;
	}

	/**
	 * Leaves out what was completed on another thread, as JTA may do.
	 */
	private static @Nullable ThreadTransaction bound() {
		ThreadTransaction bound = (ThreadTransaction) TransactionSynchronizationManager.getResource(KEY);
		while (bound != null && bound.completed) {
			bound = bound.outer;
			bind(bound);
		}
		return bound;
	}

	private static void bind(@Nullable ThreadTransaction transaction) {
		TransactionSynchronizationManager.unbindResourceIfPossible(KEY);
		if (transaction != null) {
			TransactionSynchronizationManager.bindResource(KEY, transaction);
		}
	}

	@Override
	public void suspend() {
		this.suspended = true;
	}

	@Override
	public void resume() {
		this.suspended = false;
	}

	/**
	 * Committed, rolled back or not known: there is nothing more to wait for.
	 */
	@Override
	public void afterCompletion(int status) {
		this.completed = true;
		bound(); // unbinds it
		CompletionStage<Void> released = this.work.end();
		if (!Schedulers.isInNonBlockingThread()) {
			// So that the transaction's caller can take the key at once; bounded by the
			// store's own timeout.
			released.toCompletableFuture().join();
		}
	}

}
