package io.github.asynclock.sample;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The control: without the lock the same experiments do lose updates, so that the tests
 * with the lock prove something.
 */
@ShopTest
class UnlockedExperimentsTests {

	private static final int CALLERS = 60;

	@Autowired
	private WebTestClient shop;

	@Autowired
	private GatheringRemoteCall remoteCall;

	@Test
	void anOrderIsProcessedByEveryCaller() {
		run("orders", CALLERS - 1).jsonPath("$.timesCharged").isEqualTo(CALLERS);
	}

	@Test
	void anOrderIsPaidByEveryCommandThatNobodyLocks() {
		run("payments", CALLERS - 1).jsonPath("$.timesCharged").isEqualTo(CALLERS);
	}

	@Test
	void eachSubmissionOfOnePaymentIsCharged() {
		run("submissions", CALLERS - 1).jsonPath("$.timesCharged")
			.isEqualTo(CALLERS)
			.jsonPath("$.summary")
			.isEqualTo("60 callers submitted one payment, 60 were accepted, it was charged 60 times: 59 too often");
	}

	@Test
	void moreIsSoldThanThereIs() {
		run("items", CALLERS - 1).jsonPath("$.stockBefore")
			.isEqualTo(CALLERS / 2)
			.jsonPath("$.stockLeft")
			.isEqualTo(CALLERS / 2 - 1)
			.jsonPath("$.sold")
			.isEqualTo(1)
			.jsonPath("$.summary")
			.isEqualTo("60 callers bought 60 times from a stock of 30, which fell by 1: 59 updates lost");
	}

	// Each of three wallets is left one up or one down, so their sum cannot be right.
	@Test
	void moneyAppearsOrVanishes() {
		run("transfers", 2 * CALLERS - 3).jsonPath("$.moneyAfter")
			.value(Number.class, money -> assertThat(money.doubleValue()).isNotEqualTo(3000.0));
	}

	@Test
	void filesExceedTheQuota() {
		run("uploads", CALLERS / 2).jsonPath("$.quotaBytes")
			.isEqualTo(CALLERS / 2 * 1000)
			.jsonPath("$.usedBytes")
			.isEqualTo(CALLERS * 1000);
	}

	@Test
	void synchronisationsOverlap() {
		run("sync", CALLERS - 1).jsonPath("$.runs").isEqualTo(1).jsonPath("$.overlaps").isEqualTo(CALLERS - 1);
	}

	private WebTestClient.BodyContentSpec run(String scenario, int lost) {
		this.remoteCall.gather(CALLERS);
		return this.shop.post()
			.uri("/experiments/{scenario}?lock=false&callers={callers}", scenario, CALLERS)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.succeeded")
			.isEqualTo(CALLERS)
			.jsonPath("$.failed")
			.isEqualTo(0)
			.jsonPath("$.lostUpdates")
			.isEqualTo(lost)
			.jsonPath("$.peakConcurrency")
			.value(Integer.class, peak -> assertThat(peak).isGreaterThan(1));
	}

}
