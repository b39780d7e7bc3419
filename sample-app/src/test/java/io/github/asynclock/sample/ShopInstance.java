package io.github.asynclock.sample;

import java.time.Duration;
import java.util.stream.Stream;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.web.reactive.server.WebTestClient;

/** One of several shops, on a port of its own. */
final class ShopInstance implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final int port;

	ShopInstance(String... arguments) {
		this.context = new SpringApplicationBuilder(SampleApplication.class).properties("server.port=0")
			.run(Stream.concat(Stream.of("--server.shutdown=immediate"), Stream.of(arguments)).toArray(String[]::new));
		this.port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	int port() {
		return this.port;
	}

	String url() {
		return "http://localhost:" + this.port;
	}

	WebTestClient client() {
		return WebTestClient.bindToServer().baseUrl(url()).responseTimeout(Duration.ofMinutes(2)).build();
	}

	GatheringRemoteCall payment() {
		return this.context.getBean(GatheringRemoteCall.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

}
