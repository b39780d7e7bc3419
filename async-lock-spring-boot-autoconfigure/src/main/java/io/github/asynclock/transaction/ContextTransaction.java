package io.github.asynclock.transaction;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.core.UnitOfWork;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * The unit of work of a transaction that is bound to a Reactor Context: as
 * {@link ThreadTransaction}. Its monitor is the context's, as subscribers in one
 * transaction may be on several threads.
 *
 * <p>
 * One that subscribes on another thread just as the transaction completes may register
 * this after Spring has made its last list of whom to tell, and before it says that there
 * is nobody to register with any more. Nobody would ever tell this. So it looks itself,
 * unless it was told of something by then: if nobody can register at two looks in a row,
 * the transaction is over.
 */
final class ContextTransaction implements TransactionSynchronization {

	private static final Object KEY = ContextTransaction.class;

	/** Much longer than it takes from Spring's last list to its end. */
	private static final long LOOK_MILLIS = 500;

	private final TransactionContext context;

	/** Suspended for this one. */
	private final @Nullable ContextTransaction outer;

	private final UnitOfWork work;

	private boolean suspended;

	/** Until it was told of something, which shows that it is on the lists. */
	private final Disposable.Swap looks = Disposables.swap();

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
				begun.lookLater(begun::lookOnce);
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

	private void lookLater(Runnable look) {
		this.looks.update(Schedulers.parallel().schedule(look, LOOK_MILLIS, TimeUnit.MILLISECONDS));
	}

	private void lookOnce() {
		if (isOver()) {
			// It may be about to be told.
			lookLater(() -> {
				if (isOver()) {
					end();
				}
			});
		}
	}

	/** Where nobody else says so. */
	private boolean isOver() {
		synchronized (this.context) {
			return !this.looks.isDisposed()
					&& !new TransactionSynchronizationManager(this.context).isSynchronizationActive();
		}
	}

	private CompletionStage<Void> end() {
		this.looks.dispose();
		synchronized (this.context) {
			TransactionSynchronizationManager manager = new TransactionSynchronizationManager(this.context);
			if (manager.getResource(KEY) == this) {
				bind(manager, this.outer);
			}
		}
		return this.work.end();
	}

	@Override
	public Mono<Void> beforeCompletion() {
		return Mono.fromRunnable(this.looks::dispose); // it is told of the rest, too
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
		this.looks.dispose();
		synchronized (this.context) {
			this.suspended = suspended;
		}
	}

	@Override
	public Mono<Void> afterCompletion(int status) {
		return Mono.defer(() -> {
			CompletableFuture<Void> released = end().toCompletableFuture();
			// The pipeline must not go on on the store's thread.
			return released.isDone() ? Mono.empty() : Mono.fromFuture(released, true).publishOn(Schedulers.parallel());
		});
	}

}
