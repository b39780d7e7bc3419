package io.github.asynclock.transaction;

import io.github.asynclock.core.UnitOfWork;
import io.github.asynclock.core.UnitsOfWork;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

import org.springframework.transaction.reactive.TransactionContext;

/**
 * Spring's transactions: that of a thread (JDBC, JPA, JMS), and that of a Reactor Context
 * (R2DBC, reactive MongoDB).
 *
 * <p>
 * A subscriber in a reactive transaction is in that one; else, if the thread that
 * subscribes is in one, in the thread's. A call that returns a future asks its thread
 * alone: it cannot see that a pipeline made it.
 */
public final class TransactionUnits implements UnitsOfWork {

	@Override
	public @Nullable UnitOfWork ofThread() {
		return ThreadTransaction.current();
	}

	@Override
	public @Nullable UnitOfWork of(ContextView context) {
		TransactionContext reactive = context.getOrDefault(TransactionContext.class, null);
		return (reactive != null) ? ContextTransaction.current(reactive) : null;
	}

}
