package io.github.asynclock.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.util.StringUtils;

/**
 * Shows a property with which Redis cannot be connected to.
 */
final class RedisConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<RedisConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RedisConfigurationException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", StringUtils.capitalize(cause.action()) + ".", cause);
	}

}
