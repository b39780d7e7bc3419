package io.github.asynclock.autoconfigure;

import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * Says at start-up that locking is switched off: annotated methods look locked in the
 * code and are not.
 */
@AutoConfiguration
@Conditional(OnSwitch.Off.class)
public final class AsyncLockOffAutoConfiguration {

	AsyncLockOffAutoConfiguration(Environment environment) {
		BuildTimeChoice.requireSwitch(environment, false);
		LogFactory.getLog(AsyncLockOffAutoConfiguration.class)
			.warn("async-lock.enabled=false: methods annotated with @Locked run unlocked, and there is no LockService");
	}

}
