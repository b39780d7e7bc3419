package io.github.asynclock.transaction;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.core.UnitOfWork;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * The unit of work of a transaction that is bound to a Reactor Context: as
 * {@link ThreadTransaction}. Its monitor is the context's, as subscribers in one
 * transaction may be on several threads.
 */
final class ContextTransaction implements TransactionSynchronization {

	private static final Object KEY = ContextTransaction.class;

	private final TransactionContext context;

	/** Suspended for this one. */
	private final @Nullable ContextTransaction outer;

	private final UnitOfWork work;

	private boolean suspended;

	private ContextTransaction(TransactionContext context, @Nullable ContextTransaction outer) {
		this.context = context;
		this.outer = outer;
		this.work = UnitOfWork.begin((outer != null) ? outer.work : null);
	}

	/**
	 * That of a context; null if there is none at present.
	 */
	static @Nullable UnitOfWork current(TransactionContext context) {
		synchronized (context) {
			TransactionSynchronizationManager manager = new TransactionSynchronizationManager(context);
			ContextTransaction bound = (ContextTransaction) manager.getResource(KEY);
			if (bound != null && !bound.suspended) {
				return bound.work;
			}
			if (manager.isSynchronizationActive() && manager.isActualTransactionActive()) {
				ContextTransaction begun = new ContextTransaction(context, bound);
				manager.registerSynchronization(begun);
				bind(manager, begun);
				return begun.work;
			}
			return (bound != null) ? UnitOfWork.none(bound.work) : null;
		}
	}

	private static void bind(TransactionSynchronizationManager manager, @Nullable ContextTransaction transaction) {
		manager.unbindResourceIfPossible(KEY);
		if (transaction != null) {
			manager.bindResource(KEY, transaction);
		}
	}

	@Override
	public Mono<Void> suspend() {
		return Mono.fromRunnable(() -> suspended(true));
	}

	@Override
	public Mono<Void> resume() {
		return Mono.fromRunnable(() -> suspended(false));
	}

	private void suspended(boolean suspended) {
		synchronized (this.context) {
			this.suspended = suspended;
		}
	}

	@Override
	public Mono<Void> afterCompletion(int status) {
		return Mono.defer(() -> {
			synchronized (this.context) {
				bind(new TransactionSynchronizationManager(this.context), this.outer);
			}
			CompletableFuture<Void> released = this.work.end().toCompletableFuture();
			// The pipeline must not go on on the store's thread.
			return released.isDone() ? Mono.empty() : Mono.fromFuture(released, true).publishOn(Schedulers.parallel());
		});
	}

}
