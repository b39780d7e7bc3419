package io.github.asynclock.autoconfigure;

import io.github.asynclock.aop.LockedDefinitionException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows a {@code @Locked} method that cannot work as it is declared.
 */
final class LockedDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<LockedDefinitionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, LockedDefinitionException cause) {
		return new FailureAnalysis(cause.getProblem() + ".", cause.getAction() + ".", cause);
	}

}
