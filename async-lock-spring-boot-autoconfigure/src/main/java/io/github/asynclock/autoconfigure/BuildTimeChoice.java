package io.github.asynclock.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * What an application that was processed ahead of time cannot choose any more. Its
 * conditions were evaluated then, with the properties of the build. Where those of the
 * running application say otherwise, it would lock elsewhere than they say, or not at
 * all; so it does not start. Where conditions are evaluated at start-up, nothing can
 * differ.
 */
final class BuildTimeChoice {

	private static final String PROVIDER = "async-lock.provider";

	private BuildTimeChoice() {
	}

	/**
	 * @param built whether locking was on when the application was processed
	 */
	static void requireSwitch(Environment environment, boolean built) {
		boolean now = OnSwitch.isOn(environment);
		if (now != built) {
			throw new InvalidConfigurationPropertyValueException(OnSwitch.ENABLED, now,
					"The application was processed ahead of time with " + OnSwitch.ENABLED + "=" + built
							+ ", and its methods " + (built ? "are locked" : "would run unlocked")
							+ ". Process it with the value that it runs with: " + OnSwitch.ENABLED + "=" + now);
		}
	}

	/**
	 * @param now what the properties of the running application say
	 */
	static void requireLocal(ConditionOutcome now) {
		if (now.isMatch()) {
			throw new RedisConfigurationException(PROVIDER,
					"Locks are to be kept in Redis (" + now.getMessage()
							+ "), but the application was processed ahead of time to keep them in this JVM",
					"choose Redis where it is processed, too, " + PROVIDER
							+ "=redis (the URL may differ), or lock within one JVM: " + PROVIDER + "=local");
		}
	}

	/**
	 * @param now what the properties of the running application say
	 */
	static void requireRedis(ConditionOutcome now) {
		if (!now.isMatch()) {
			throw new RedisConfigurationException(PROVIDER,
					"Locks are to be kept in this JVM (" + now.getMessage()
							+ "), but the application was processed ahead of time to keep them in Redis",
					"say where Redis is, " + AsyncLockProperties.REDIS_URL
							+ "=redis://localhost:6379, or choose this JVM where the application is processed, too: "
							+ PROVIDER + "=local");
		}
	}

}
