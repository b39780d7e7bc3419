package io.github.asynclock.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two shops on two ports, with nothing in common but the Redis that one property names:
 * each has a database of its own, so that only the lock can come between them.
 */
@Timeout(180)
class TwoInstancesTests {

	private static final String NO_JOB = "--shop.sync.initial-delay=1d";

	private static SampleRedis redis;

	@BeforeAll
	static void startRedis() {
		redis = SampleRedis.start();
	}

	@AfterAll
	static void stopRedis() {
		redis.close();
	}

	@Test
	void anOrderThatOneProcessesIsBusyAtTheOther() {
		anOrderThatOneProcessesIsBusyAtTheOther("--async-lock.redis.url=" + redis.url(),
				"--async-lock.redis.url=" + redis.url());
	}

	@Test
	void alsoWhereOneConnectsByAUnixSocket() {
		anOrderThatOneProcessesIsBusyAtTheOther("--async-lock.redis.url=" + redis.url(),
				"--async-lock.redis.url=" + redis.socketUrl());
	}

	private void anOrderThatOneProcessesIsBusyAtTheOther(String... urls) {
		try (Instance one = new Instance(urls[0], NO_JOB, "--shop.orders.wait-time=200ms");
				Instance other = new Instance(urls[1], NO_JOB, "--shop.orders.wait-time=200ms")) {
			one.payment().gather(2);
			CompletableFuture<HttpStatus> first = CompletableFuture
				.supplyAsync(() -> one.process(answer -> assertThat(answer).contains("PROCESSED")));
			await().until(() -> one.payment().missing() == 1);

			assertThat(other.process(answer -> assertThat(answer).contains("LockTimeoutException")))
				.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);

			one.payment().answer().block();
			assertThat(first.join()).isEqualTo(HttpStatus.OK);
			assertThat(other.process(answer -> assertThat(answer).contains("PROCESSED"))).isEqualTo(HttpStatus.OK);
		}
	}

	@Test
	void theJobRunsAtOneOfThemAtATime() {
		String[] arguments = { "--async-lock.redis.url=" + redis.url(), "--shop.sync.initial-delay=0",
				"--shop.sync.period=5ms", "--shop.sync.hold-at-least=0", "--shop.sync.pages=1" };
		try (Instance one = new Instance(arguments); Instance other = new Instance(arguments)) {
			await().until(() -> one.sync().feed().runs() > 0 && other.sync().feed().runs() > 0);

			// The next run of the one begins, and does not end.
			one.payment().gather(2);
			await().until(() -> one.payment().missing() == 1);
			Sync held = other.sync();
			await().until(() -> other.sync().skipped() >= held.skipped() + 3);
			assertThat(other.sync().feed()).isEqualTo(held.feed());
			assertThat(other.sync().running()).isTrue();

			one.payment().answer().block();
			await().until(() -> other.sync().feed().runs() > held.feed().runs());
			assertThat(other.sync().feed().fencingToken()).isGreaterThan(held.feed().fencingToken());
		}
	}

	@Test
	void aTickThatOneHasRunIsSkippedByTheOtherWhoseTimerIsLate() {
		// A prefix of its own: what is held at least stays in Redis.
		String[] shared = { "--async-lock.redis.url=" + redis.url(), "--async-lock.redis.key-prefix=tick",
				"--shop.sync.initial-delay=0", "--shop.sync.hold-at-least=1h", "--shop.sync.pages=1" };
		try (Instance one = new Instance(shared, "--shop.sync.period=1d")) {
			await().until(() -> one.sync().feed().runs() == 1);

			try (Instance other = new Instance(shared, "--shop.sync.period=5ms")) {
				await().until(() -> other.sync().skipped() >= 3 || other.sync().feed().runs() > 0);
				assertThat(other.sync().feed().runs()).isZero();
				assertThat(other.sync().skipped()).isPositive();
			}
		}
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(2));
	}

	/** One shop on a port of its own. */
	private static final class Instance implements AutoCloseable {

		private final ConfigurableApplicationContext context;

		private final WebTestClient client;

		Instance(String[] shared, String... own) {
			this(Stream.of(shared, own).flatMap(Stream::of).toArray(String[]::new));
		}

		Instance(String... arguments) {
			this.context = new SpringApplicationBuilder(SampleApplication.class)
				.run(Stream.of(new String[] { "--server.port=0", "--server.shutdown=immediate" }, arguments)
					.flatMap(Stream::of)
					.toArray(String[]::new));
			int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
			this.client = WebTestClient.bindToServer()
				.baseUrl("http://localhost:" + port)
				.responseTimeout(Duration.ofMinutes(2))
				.build();
		}

		GatheringRemoteCall payment() {
			return this.context.getBean(GatheringRemoteCall.class);
		}

		HttpStatus process(Consumer<String> answer) {
			var response = this.client.post()
				.uri("/orders/1/process")
				.exchange()
				.expectBody(String.class)
				.value(answer)
				.returnResult();
			return HttpStatus.valueOf(response.getStatus().value());
		}

		Sync sync() {
			return this.client.get().uri("/sync").exchange().expectBody(Sync.class).returnResult().getResponseBody();
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	record Sync(Feed feed, boolean running, int skipped) {

	}

	record Feed(int runs, long fencingToken) {

	}

}
