package io.github.asynclock.autoconfigure;

import java.util.List;

import io.github.asynclock.autoconfigure.AsyncLockProperties.Provider;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches where locks are to be kept in Redis.
 */
final class OnRedis extends SpringBootCondition implements ConfigurationCondition {

	private static final String PROVIDER = "async-lock.provider";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return decide(context.getEnvironment(), detailsAreIn(context.getBeanFactory()));
	}

	/**
	 * Whether locks are to be kept in Redis, and what says so.
	 * @param details whether the application has connection details of its own
	 */
	static ConditionOutcome decide(Environment environment, boolean details) {
		Binder binder = Binder.get(environment);
		return switch (binder.bind(PROVIDER, Provider.class).orElse(Provider.AUTO)) {
			case LOCAL -> outcome(false, PROVIDER + " is local");
			case REDIS -> outcome(true, PROVIDER + " is redis");
			case AUTO -> configured(binder, details);
		};
	}

	/** Without creating them. */
	static boolean detailsAreIn(@Nullable ListableBeanFactory beanFactory) {
		return beanFactory != null && BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory,
				AsyncLockRedisConnectionDetails.class, true, false).length > 0;
	}

	private static ConditionOutcome configured(Binder binder, boolean details) {
		if (StringUtils.hasText(binder.bind(AsyncLockProperties.REDIS_URL, String.class).orElse(""))) {
			return outcome(true, AsyncLockProperties.REDIS_URL + " is set");
		}
		List<String> nodes = binder.bind(AsyncLockProperties.REDIS_NODES, Bindable.listOf(String.class))
			.orElseGet(List::of);
		if (nodes.stream().anyMatch(StringUtils::hasText)) {
			return outcome(true, AsyncLockProperties.REDIS_NODES + " is set");
		}
		return outcome(details, "an AsyncLockRedisConnectionDetails bean is " + (details ? "" : "not ") + "there");
	}

	private static ConditionOutcome outcome(boolean match, String reason) {
		return new ConditionOutcome(match, ConditionMessage.of(reason));
	}

}
