package io.github.asynclock.sample.experiment;

import java.util.UUID;

import reactor.core.publisher.Mono;

import org.springframework.core.env.Environment;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;

/** This application among others like it. */
@Component
class Instance {

	// A port tells more, but on two machines it may be the same.
	private final String suffix = UUID.randomUUID().toString().substring(0, 4);

	private final Environment environment;

	private final Mono<String> database;

	Instance(Environment environment, DatabaseClient database) {
		this.environment = environment;
		this.database = database.sql("SELECT CAST(id AS VARCHAR) FROM shop").mapValue(String.class).one().cache();
	}

	/** Known when the web server has been started. */
	String name() {
		return this.environment.getProperty("local.server.port", "0") + "-" + this.suffix;
	}

	/** The same for all that see the same rows. */
	Mono<String> database() {
		return this.database;
	}

}
