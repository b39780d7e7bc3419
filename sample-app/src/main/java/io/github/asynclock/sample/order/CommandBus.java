package io.github.asynclock.sample.order;

import an.awesome.pipelinr.Command;
import an.awesome.pipelinr.CommandHandlers;
import an.awesome.pipelinr.Pipeline;
import an.awesome.pipelinr.Pipelinr;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** PipelinR with all handlers, and all middlewares in their order: the lock first. */
@Configuration(proxyBeanMethods = false)
@SuppressWarnings("rawtypes") // as PipelinR has it
class CommandBus {

	@Bean
	Pipeline pipeline(ObjectProvider<Command.Handler> handlers, ObjectProvider<Command.Middleware> middlewares) {
		return new Pipelinr().with((CommandHandlers) handlers::stream)
			.with((Command.Middlewares) middlewares::orderedStream);
	}

}
