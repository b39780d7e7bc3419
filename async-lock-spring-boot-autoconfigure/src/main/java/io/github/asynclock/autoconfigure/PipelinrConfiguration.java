package io.github.asynclock.autoconfigure;

import an.awesome.pipelinr.Command;
import io.github.asynclock.aop.LockedBeanPostProcessor;
import io.github.asynclock.pipelinr.CommandLockMiddleware;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The middleware for PipelinR, where that is there.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Command.Middleware.class)
class PipelinrConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CommandLockMiddleware commandLockMiddleware(LockedBeanPostProcessor locked) {
		return new CommandLockMiddleware(locked.commandLocks(), locked.serviceForCommands(
				"Mark one @Primary, or declare a CommandLockMiddleware bean with the one that is to lock commands"));
	}

}
