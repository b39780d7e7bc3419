package io.github.asynclock.autoconfigure;

import io.github.asynclock.core.UnitsOfWork;
import io.github.asynclock.transaction.TransactionUnits;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Where Spring's transactions are on the class path: which one a caller is in.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(TransactionSynchronizationManager.class)
class TransactionConfiguration {

	@Bean
	@ConditionalOnMissingBean
	UnitsOfWork lockTransactions() {
		return new TransactionUnits();
	}

}
