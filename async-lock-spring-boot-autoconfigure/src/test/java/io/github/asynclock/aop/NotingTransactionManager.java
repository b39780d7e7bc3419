package io.github.asynclock.aop;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * Transactions of nothing, noted.
 */
@SuppressWarnings("serial")
class NotingTransactionManager extends AbstractPlatformTransactionManager {

	private final transient List<String> events;

	NotingTransactionManager(List<String> events) {
		this.events = events;
	}

	@Override
	protected Object doGetTransaction() {
		return new AtomicReference<>();
	}

	@Override
	protected void doBegin(Object transaction, TransactionDefinition definition) {
		this.events.add("begin");
	}

	@Override
	protected void doCommit(DefaultTransactionStatus status) {
		this.events.add("commit");
	}

	@Override
	protected void doRollback(DefaultTransactionStatus status) {
		this.events.add("rollback");
	}

}
