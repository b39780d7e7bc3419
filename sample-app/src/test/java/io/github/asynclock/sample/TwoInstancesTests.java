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

import org.springframework.http.HttpStatus;

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
		try (ShopInstance one = new ShopInstance(urls[0], NO_JOB, "--shop.orders.wait-time=200ms");
				ShopInstance other = new ShopInstance(urls[1], NO_JOB, "--shop.orders.wait-time=200ms")) {
			one.payment().gather(2);
			CompletableFuture<HttpStatus> first = CompletableFuture
				.supplyAsync(() -> process(one, answer -> assertThat(answer).contains("PROCESSED")));
			await().until(() -> one.payment().missing() == 1);

			assertThat(process(other, answer -> assertThat(answer).contains("LockTimeoutException")))
				.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE);

			one.payment().answer().block();
			assertThat(first.join()).isEqualTo(HttpStatus.OK);
			assertThat(process(other, answer -> assertThat(answer).contains("PROCESSED"))).isEqualTo(HttpStatus.OK);
		}
	}

	@Test
	void theJobRunsAtOneOfThemAtATime() {
		String[] arguments = { "--async-lock.redis.url=" + redis.url(), "--shop.sync.initial-delay=0",
				"--shop.sync.period=5ms", "--shop.sync.hold-at-least=0", "--shop.sync.pages=1" };
		try (ShopInstance one = new ShopInstance(arguments); ShopInstance other = new ShopInstance(arguments)) {
			await().until(() -> sync(one).feed().runs() > 0 && sync(other).feed().runs() > 0);

			// The next run of the one begins, and does not end.
			one.payment().gather(2);
			await().until(() -> one.payment().missing() == 1);
			Sync held = sync(other);
			await().until(() -> sync(other).skipped() >= held.skipped() + 3);
			assertThat(sync(other).feed()).isEqualTo(held.feed());
			assertThat(sync(other).running()).isTrue();

			one.payment().answer().block();
			await().until(() -> sync(other).feed().runs() > held.feed().runs());
			assertThat(sync(other).feed().fencingToken()).isGreaterThan(held.feed().fencingToken());
		}
	}

	@Test
	void aTickThatOneHasRunIsSkippedByTheOtherWhoseTimerIsLate() {
		// A prefix of its own: what is held at least stays in Redis.
		String[] shared = { "--async-lock.redis.url=" + redis.url(), "--async-lock.redis.key-prefix=tick",
				"--shop.sync.initial-delay=0", "--shop.sync.hold-at-least=1h", "--shop.sync.pages=1" };
		try (ShopInstance one = new ShopInstance(with(shared, "--shop.sync.period=1d"))) {
			await().until(() -> sync(one).feed().runs() == 1);

			try (ShopInstance other = new ShopInstance(with(shared, "--shop.sync.period=5ms"))) {
				await().until(() -> sync(other).skipped() >= 3 || sync(other).feed().runs() > 0);
				assertThat(sync(other).feed().runs()).isZero();
				assertThat(sync(other).skipped()).isPositive();
			}
		}
	}

	private static String[] with(String[] shared, String own) {
		return Stream.concat(Stream.of(shared), Stream.of(own)).toArray(String[]::new);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(2));
	}

	private static HttpStatus process(ShopInstance shop, Consumer<String> answer) {
		var response = shop.client()
			.post()
			.uri("/orders/1/process")
			.exchange()
			.expectBody(String.class)
			.value(answer)
			.returnResult();
		return HttpStatus.valueOf(response.getStatus().value());
	}

	private static Sync sync(ShopInstance shop) {
		return shop.client().get().uri("/sync").exchange().expectBody(Sync.class).returnResult().getResponseBody();
	}

	record Sync(Feed feed, boolean running, int skipped) {

	}

	record Feed(int runs, long fencingToken) {

	}

}
