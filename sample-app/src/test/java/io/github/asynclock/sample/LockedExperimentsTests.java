package io.github.asynclock.sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** With the lock nothing is lost, however many call. */
@ShopTest
class LockedExperimentsTests {

	@Autowired
	private WebTestClient shop;

	@Autowired
	private DatabaseClient database;

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void anOrderIsProcessedOnce(int callers) {
		isChargedOnce("orders", callers);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void anOrderIsPaidOnceHoweverManyCommands(int callers) {
		isChargedOnce("payments", callers);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void aPaymentIsAcceptedOnceHoweverOftenItIsSubmitted(int callers) {
		isChargedOnce("submissions", callers);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void anItemIsSoldAsOftenAsThereIsStock(int callers) {
		int stock = (callers + 1) / 2;
		run("items", callers).jsonPath("$.stockBefore")
			.isEqualTo(stock)
			.jsonPath("$.stockLeft")
			.isEqualTo(0)
			.jsonPath("$.sold")
			.isEqualTo(stock)
			.jsonPath("$.succeeded")
			.isEqualTo(stock)
			.jsonPath("$.refused")
			.isEqualTo(callers - stock);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void transfersInBothDirectionsKeepTheMoneyAndEnd(int callers) {
		run("transfers", callers).jsonPath("$.succeeded")
			.isEqualTo(callers)
			.jsonPath("$.moneyBefore")
			.isEqualTo(3000.0)
			.jsonPath("$.moneyAfter")
			.isEqualTo(3000.0);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void filesNeverExceedTheQuota(int callers) {
		int admitted = Math.min((callers + 1) / 2, 100);
		run("uploads", callers).jsonPath("$.quotaBytes")
			.isEqualTo(admitted * 1000)
			.jsonPath("$.usedBytes")
			.isEqualTo(admitted * 1000)
			.jsonPath("$.files")
			.isEqualTo(admitted);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 50, 200 })
	void synchronisationsDoNotOverlap(int callers) {
		run("sync", callers).jsonPath("$.overlaps")
			.isEqualTo(0)
			.jsonPath("$.fencingToken")
			.value(Number.class, token -> {
				assertThat(token.longValue()).isPositive();
			});
	}

	@ParameterizedTest
	@CsvSource({ "orders, 1 caller processed", "payments, 1 caller paid", "submissions, 1 caller submitted",
			"items, 1 caller bought once", "transfers, '1 caller made 1 transfer, '",
			"uploads, '1 caller stored 1 file, '", "sync, 1 caller ran once" })
	void oneIsNotSpokenOfAsMany(String scenario, String words) {
		run(scenario, 1).jsonPath("$.summary").value(String.class, summary -> assertThat(summary).startsWith(words));
	}

	@Test
	void anExperimentLeavesNothingBehind() {
		run("orders", 5);
		run("payments", 5);
		run("submissions", 5);
		run("items", 5);
		run("transfers", 5);
		run("uploads", 5);
		run("sync", 5);

		for (String table : new String[] { "orders", "items", "wallets", "users", "feeds" }) {
			assertThat(count("SELECT COUNT(*) FROM " + table + " WHERE id >= 1000")).as(table).isZero();
		}
		assertThat(count("SELECT COUNT(*) FROM charges")).isZero();
		assertThat(count("SELECT COUNT(*) FROM files")).isZero();
	}

	private void isChargedOnce(String scenario, int callers) {
		run(scenario, callers).jsonPath("$.succeeded")
			.isEqualTo(1)
			.jsonPath("$.refused")
			.isEqualTo(callers - 1)
			.jsonPath("$.timesCharged")
			.isEqualTo(1);
	}

	private WebTestClient.BodyContentSpec run(String scenario, int callers) {
		return this.shop.post()
			.uri("/experiments/{scenario}?lock=true&callers={callers}", scenario, callers)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.lock")
			.isEqualTo(true)
			.jsonPath("$.callers")
			.isEqualTo(callers)
			.jsonPath("$.failures")
			.isEmpty()
			.jsonPath("$.lostUpdates")
			.isEqualTo(0)
			.jsonPath("$.peakConcurrency")
			.isEqualTo(1);
	}

	private long count(String sql) {
		return this.database.sql(sql).mapValue(Long.class).one().block();
	}

}
