package io.github.asynclock.sample;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payments by commands: locked by the bus, guarded against double submits, nested.
 */
@ShopTest
class PaymentTests {

	@Autowired
	private WebTestClient shop;

	@Autowired
	private DatabaseClient database;

	@LocalServerPort
	private int port;

	@BeforeEach
	void insertOrders() {
		execute("DELETE FROM orders WHERE id BETWEEN 600 AND 602");
		for (int id = 600; id <= 602; id++) {
			execute("INSERT INTO orders (id, customer, total, status) VALUES (" + id + ", 'Test', 10.00, 'NEW')");
		}
	}

	@Test
	void anOrderIsPaidOnceByManyCommandsAtOnce() {
		List<HttpStatusCode> answers = Flux.range(0, 20)
			.flatMap(caller -> WebClient.create("http://127.0.0.1:" + this.port)
				.post()
				.uri((caller % 2 == 0) ? "/orders/600/pay" : "/orders/600/process")
				.exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode())), 20)
			.collectList()
			.block();
		assertThat(answers).filteredOn(HttpStatus.OK::equals).hasSize(1);
		assertThat(answers).filteredOn(HttpStatus.CONFLICT::equals).hasSize(19);
		expectCharges(600, 1);
	}

	@Test
	void aNestedCommandReentersTheKeysOfTheOuterOne() {
		submit("nested", 601, 602).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$[0].status")
			.isEqualTo("PROCESSED")
			.jsonPath("$[1].id")
			.isEqualTo(602);
		expectCharges(601, 1);
		expectCharges(602, 1);
	}

	@Test
	void aDoubleSubmitIsIgnored() {
		submit("twice", 600).expectStatus().isOk();
		submit("twice", 601).expectStatus()
			.isEqualTo(HttpStatus.CONFLICT)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("Submission twice was made already; this one was ignored");
		expectCharges(600, 1);
		expectCharges(601, 0);
		submit("another", 601).expectStatus().isOk();
	}

	@Test
	void whatIsMissingIsNamed() {
		submit("", 600).expectStatus().isBadRequest();
		submit("empty").expectStatus().isBadRequest();
	}

	private WebTestClient.ResponseSpec submit(String submission, Integer... orders) {
		return this.shop.post()
			.uri("/payments")
			.bodyValue(Map.of("submission", submission, "orders", List.of(orders)))
			.exchange();
	}

	private void expectCharges(long id, int times) {
		this.shop.get().uri("/orders/" + id).exchange().expectBody().jsonPath("$.timesCharged").isEqualTo(times);
	}

	private void execute(String sql) {
		this.database.sql(sql).then().block();
	}

}
