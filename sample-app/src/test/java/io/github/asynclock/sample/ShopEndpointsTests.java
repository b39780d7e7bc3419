package io.github.asynclock.sample;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client of the shop sees: what works, and what is said where something does not.
 */
@ShopTest
class ShopEndpointsTests {

	@Autowired
	private WebTestClient shop;

	@Autowired
	private DatabaseClient database;

	@LocalServerPort
	private int port;

	@Test
	void anOrderIsProcessedOnce() {
		insert("INSERT INTO orders (id, customer, total, status) VALUES (501, 'Test', 19.90, 'NEW')");
		post("/orders/501/process").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.order.status")
			.isEqualTo("PROCESSED")
			.jsonPath("$.timesCharged")
			.isEqualTo(1);
		expectProblem(post("/orders/501/process"), HttpStatus.CONFLICT, "Order 501 is PROCESSED already");
		expectProblem(post("/orders/501/process?lock=false"), HttpStatus.CONFLICT, "Order 501 is PROCESSED already");
		get("/orders/501").jsonPath("$.timesCharged").isEqualTo(1);
		remove("orders", 501);
	}

	@Test
	void itemsAreSoldUntilThereAreNoMore() {
		insert("INSERT INTO items (id, name, stock, sold) VALUES (501, 'Test', 3, 0)");
		post("/items/501/purchase?quantity=2").expectStatus().isOk().expectBody().jsonPath("$.stock").isEqualTo(1);
		expectProblem(post("/items/501/purchase?quantity=2"), HttpStatus.CONFLICT,
				"Only 1 of item 501 left, 2 were asked for");
		post("/items/501/purchase?lock=false").expectStatus().isOk();
		get("/items/501").jsonPath("$.stock").isEqualTo(0).jsonPath("$.sold").isEqualTo(3);
		remove("items", 501);
	}

	@Test
	void manyRequestsAtOnceSellNoMoreThanThereIs() {
		insert("INSERT INTO items (id, name, stock, sold) VALUES (502, 'Test', 20, 0)");
		List<HttpStatusCode> answers = Flux.range(0, 50)
			.flatMap(caller -> WebClient.create("http://127.0.0.1:" + this.port)
				.post()
				.uri("/items/502/purchase")
				.exchangeToMono(response -> response.releaseBody().thenReturn(response.statusCode())), 50)
			.collectList()
			.block();
		assertThat(answers).hasSize(50).filteredOn(HttpStatus.OK::equals).hasSize(20);
		assertThat(answers).filteredOn(HttpStatus.CONFLICT::equals).hasSize(30);
		get("/items/502").jsonPath("$.stock").isEqualTo(0).jsonPath("$.sold").isEqualTo(20);
		remove("items", 502);
	}

	@Test
	void moneyIsTransferredToTheCent() {
		insert("INSERT INTO wallets (id, owner, balance, movements) VALUES (501, 'A', 10.00, 0), (502, 'B', 0.05, 0)");
		transfer("""
				{"from": 501, "to": 502, "amount": "9.99"}""").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.from.balance")
			.isEqualTo(0.01)
			.jsonPath("$.to.balance")
			.isEqualTo(10.04);
		expectProblem(transfer("""
				{"from": 501, "to": 502, "amount": 0.02}"""), HttpStatus.CONFLICT,
				"Wallet 501 has 0.01, 0.02 were asked for");
		expectProblem(transfer("""
				{"from": 501, "to": 99, "amount": 0.01}"""), HttpStatus.NOT_FOUND, "There is no wallet 99");
		get("/wallets/501").jsonPath("$.balance").isEqualTo(0.01).jsonPath("$.movements").isEqualTo(1);
		remove("wallets", 501);
		remove("wallets", 502);
	}

	@Test
	void filesAreStoredUpToTheQuota() {
		insert("INSERT INTO users (id, name, quota_bytes) VALUES (501, 'Test', 10)");
		put("/users/501/files/a.txt", "hello").expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.sizeBytes")
			.isEqualTo(5)
			.jsonPath("$.sha256")
			.isEqualTo("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
		expectProblem(put("/users/501/files/b.txt", "world!"), HttpStatus.CONFLICT,
				"User 501 uses 5 of 10 bytes; 6 more do not fit");
		// The same name again replaces the file, so only the difference counts.
		put("/users/501/files/a.txt", "0123456789").expectStatus().isOk();
		get("/users/501/files").jsonPath("$.usedBytes")
			.isEqualTo(10)
			.jsonPath("$.files.length()")
			.isEqualTo(1)
			.jsonPath("$.files[0].name")
			.isEqualTo("a.txt");
		remove("users", 501);
	}

	@Test
	void filesThatAreNoneAreRefused() {
		expectProblem(put("/users/1/files/a.txt", ""), HttpStatus.BAD_REQUEST,
				"The body is empty; send the file as the body of the request");
		expectProblem(put("/users/1/files/ ", "hello"), HttpStatus.BAD_REQUEST,
				"The file's name is blank or too long; give 1 to 100 characters");
		expectProblem(put("/users/1/files/" + "a".repeat(101), "hello"), HttpStatus.BAD_REQUEST,
				"The file's name is blank or too long; give 1 to 100 characters");
		expectProblem(put("/users/1/files/a.txt", "x".repeat(1024 * 1024 + 1)), HttpStatus.CONTENT_TOO_LARGE,
				"The file is larger than 1048576 bytes");
		expectProblem(put("/users/99/files/a.txt", "hello"), HttpStatus.NOT_FOUND, "There is no user 99");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					''                                          | The body is missing
					null                                        | The body is missing
					{}                                          | from is missing; give the id of a wallet
					{"from": 1}                                 | to is missing; give the id of a wallet
					{"from": 1, "to": 2}                        | amount is missing; give it like 10.00
					{"from": 1, "to": 1, "amount": 1}           | from and to are both wallet 1; give two wallets
					{"from": 1, "to": 2, "amount": -1}          | amount is -1; give it in whole cents, from 0.01 to 1000000
					{"from": 1, "to": 2, "amount": 1e999999999} | amount is 1E+999999999; give it in whole cents, from 0.01 to 1000000
					""")
	void transfersThatAreNoneAreRefused(String body, String detail) {
		expectProblem(transfer(body), HttpStatus.BAD_REQUEST, detail);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "[]", "{\"from\": \"x\"}", "{\"amount\": \"much\"}" })
	void bodiesThatAreNoJsonOfATransferAreRefused(String body) {
		transfer(body).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, detail -> assertThat(detail).startsWith("The body cannot be read: "));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					/orders/abc/process                 | 400 | id is "abc"; give a whole number
					/orders/2/process?lock=maybe        | 400 | lock is "maybe"; give true or false
					/orders/99/process                  | 404 | There is no order 99
					/items/99/purchase                  | 404 | There is no item 99
					/items/1/purchase?quantity=0        | 400 | quantity is 0; give a number from 1 up
					/items/1/purchase?quantity=1e3      | 400 | quantity is "1e3"; give a whole number
					/experiments/items?callers=0        | 400 | callers is 0; give a number from 1 to 10000
					/experiments/items?callers=10001    | 400 | callers is 10001; give a number from 1 to 10000
					/experiments/items?callers=many     | 400 | callers is "many"; give a whole number
					/experiments/luck                   | 404 | There is no experiment luck; there are [items, orders, payments, submissions, sync, transfers, uploads]
					""")
	void requestsThatMakeNoSenseAreRefused(String uri, int status, String detail) {
		expectProblem(post(uri), HttpStatus.valueOf(status), detail);
	}

	@Test
	void theShopIsWellAndSaysWhatCanBeTried() {
		get("/actuator/health").jsonPath("$.status").isEqualTo("UP");
		get("/requests").jsonPath("$[0].request").isEqualTo("POST /experiments/items?callers=100&lock=false");
	}

	private WebTestClient.ResponseSpec post(String uri) {
		return this.shop.method(HttpMethod.POST).uri(uri).exchange();
	}

	private WebTestClient.ResponseSpec put(String uri, String body) {
		return this.shop.put().uri(uri).bodyValue(body).exchange();
	}

	private WebTestClient.ResponseSpec transfer(String body) {
		return this.shop.post().uri("/transfers").contentType(MediaType.APPLICATION_JSON).bodyValue(body).exchange();
	}

	private WebTestClient.BodyContentSpec get(String uri) {
		return this.shop.get().uri(uri).exchange().expectStatus().isOk().expectBody();
	}

	private static void expectProblem(WebTestClient.ResponseSpec response, HttpStatus status, String detail) {
		response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

	private void insert(String sql) {
		this.database.sql(sql).then().block();
	}

	private void remove(String table, long id) {
		this.database.sql("DELETE FROM " + table + " WHERE id = " + id).then().block();
	}

}
