package io.github.asynclock.sample;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** The scheduled job, at a much shorter period than its runs take. */
@ShopTest
@TestPropertySource(properties = { "shop.sync.initial-delay=0", "shop.sync.period=5ms", "shop.sync.pages=1" })
@DirtiesContext
class SyncJobTests {

	@Autowired
	private WebTestClient shop;

	@Autowired
	private GatheringRemoteCall supplier;

	@Test
	void aRunThatMeetsAnotherOneIsSkipped() {
		// One more than will come: the next run begins, and does not end.
		this.supplier.gather(2);
		await().until(() -> this.supplier.missing() == 1);
		State held = state();
		assertThat(held.running()).isTrue();

		await().until(() -> state().skipped() >= held.skipped() + 3);
		this.shop.post().uri("/sync").exchange().expectStatus().isEqualTo(HttpStatus.CONFLICT);
		assertThat(this.supplier.missing()).isEqualTo(1);
		assertThat(state().feed()).isEqualTo(held.feed());
		assertThat(state().overlaps()).isZero();

		// The twin without the lock begins all the same; it is the second to come.
		this.shop.post().uri("/sync?lock=false").exchange();
		assertThat(state().overlaps()).isPositive();
		await().until(() -> state().feed().runs() >= held.feed().runs() + 3);
		assertThat(state().feed().fencingToken()).isGreaterThan(held.feed().fencingToken());
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(2));
	}

	private State state() {
		return this.shop.get().uri("/sync").exchange().expectBody(State.class).returnResult().getResponseBody();
	}

	record State(Feed feed, boolean running, int skipped, int overlaps) {

	}

	record Feed(int runs, long fencingToken) {

	}

}
