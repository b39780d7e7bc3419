package io.github.asynclock.sample;

import io.github.asynclock.LockService;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

/** What a caller is told who waited in vain. */
@ShopTest
@TestPropertySource(properties = "shop.orders.wait-time=50ms")
class BusyTests {

	@Autowired
	private WebTestClient shop;

	@Autowired
	private LockService locks;

	@Test
	void aCallerWhoWaitedInVainMayTryAgain() {
		Sinks.Empty<Void> finish = Sinks.empty();
		var holder = this.locks.executeMono("Order-1", finish::asMono).toFuture();
		this.shop.post()
			.uri("/orders/1/process")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectHeader()
			.valueEquals("Retry-After", "1")
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.reason")
			.isEqualTo("LockTimeoutException")
			.jsonPath("$.detail")
			.isEqualTo("Others are using this at the moment. Nothing was changed: try again.");
		this.shop.get().uri("/orders/1").exchange().expectBody().jsonPath("$.timesCharged").isEqualTo(0);

		finish.tryEmitEmpty();
		holder.join();
		this.shop.post().uri("/orders/1/process").exchange().expectStatus().isOk();
	}

}
