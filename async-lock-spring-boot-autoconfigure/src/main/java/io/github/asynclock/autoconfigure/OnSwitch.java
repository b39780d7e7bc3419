package io.github.asynclock.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches unless {@code async-lock.enabled} is false. Binds the value as properties are
 * bound: a condition on the text would take {@code on} and a misspelt value for "not
 * true", and annotated methods would run unlocked without a word.
 */
final class OnSwitch extends SpringBootCondition {

	static final String ENABLED = "async-lock.enabled";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = isOn(context.getEnvironment());
		return new ConditionOutcome(enabled, ConditionMessage.of(ENABLED + " is " + enabled));
	}

	static boolean isOn(Environment environment) {
		return Binder.get(environment).bind(ENABLED, Boolean.class).orElse(true);
	}

	/** Matches where {@link OnSwitch} does not. */
	static final class Off extends NoneNestedConditions {

		Off() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@Conditional(OnSwitch.class)
		static final class On {

		}

	}

}
