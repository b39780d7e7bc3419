package io.github.asynclock.sample;

import java.io.IOException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** What the page says while it cannot hear the server, and afterwards. */
@ShopTest
@BrowserTest
class ConnectionPageTests {

	private static final String LOST = "The connection is lost; trying again.";

	private static Browser browser;

	@Autowired
	private GatheringRemoteCall remoteCall;

	@Autowired
	private WebTestClient shop;

	@LocalServerPort
	private int port;

	private Doorway doorway;

	private ShopPage page;

	@BeforeAll
	static void startBrowser() {
		browser = Browser.start();
	}

	@AfterAll
	static void stopBrowser() {
		browser.close();
	}

	@BeforeEach
	void open() throws IOException {
		this.doorway = new Doorway(this.port);
		this.page = ShopPage.open(browser.driver(), this.doorway.url());
	}

	@AfterEach
	void close() throws IOException {
		this.remoteCall.letGo();
		this.remoteCall.gather(0);
		this.doorway.close();
	}

	@Test
	void aRunThatIsOverIsStillSaidAfterTheConnectionWasLost() {
		this.page.show("items", 21, true);
		String words = this.page.text("words");
		lose();
		this.doorway.open();
		await("The connection is back. " + words);
		assertThat(this.page.state()).isEqualTo("done");
	}

	@Test
	void aRunThatEndedMeanwhileIsSaidToHaveEnded() {
		this.remoteCall.gather(23);
		Thread elsewhere = new Thread(() -> this.shop.post()
			.uri("/experiments/orders?callers=22&lock=false")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.OK));
		elsewhere.start();
		ShopPage.await().until(() -> this.remoteCall.missing() == 1);
		await("Running: 22 callers without a lock …");
		lose();
		this.remoteCall.answer().block();
		join(elsewhere);
		this.page.run("""
				window.said = [];
				new MutationObserver(() => said.push(document.getElementById('words').textContent))
					.observe(document.getElementById('words'), { childList: true });""");
		this.doorway.open();
		await("The connection is back. 22 callers processed one order without a lock: charged 22 times, "
				+ "21 too often, up to 22 at a time.");
		assertThat(this.page.state()).isEqualTo("done");
		assertThat(this.page.text("wrong")).isEqualTo("21");
		// A screen reader is not told of it as of one that is under way.
		assertThat((String) this.page.run("return said.join()")).doesNotContain("Running");
	}

	@Test
	void aRunIsLostWithTheApplicationThatMadeIt() {
		this.remoteCall.gather(1_000);
		this.page.choose("items", 24, false);
		this.page.press("run");
		ShopPage.await().until(() -> this.remoteCall.missing() == 1_000 - 24);
		await("Running: 24 callers without a lock …");
		lose();
		assertThat(this.page.text("problem")).isEqualTo("The application does not answer.");
		try (ShopInstance anew = new ShopInstance("--shop.sync.initial-delay=1d")) {
			this.doorway.openTo(anew.port());
			await("The connection is back. The application was started anew; the run that was under way is lost.");
			assertThat(this.page.state()).isEqualTo("aborted");
			assertThat(this.page.text("problem")).as("it does answer").isEmpty();
			this.page.show("items", 25, true);
			assertThat(this.page.text("words")).startsWith("25 callers bought 13 of 13 units with the lock: ");

			lose();
			this.doorway.openTo(this.port);
			await("The connection is back. The run was stopped. 0 of 24 callers had their answer by then.");
		}
	}

	@Test
	void whereNothingHasRunTheConnectionIsSaidToBeBack() {
		try (ShopInstance fresh = new ShopInstance("--shop.sync.initial-delay=1d")) {
			this.doorway.openTo(fresh.port());
			this.page = ShopPage.open(browser.driver(), this.doorway.url());
			lose();
			this.doorway.open();
			await("The connection is back. Nothing is running.");
		}
	}

	private void lose() {
		this.doorway.shut();
		await(LOST);
	}

	private void await(String words) {
		ShopPage.await().untilAsserted(() -> assertThat(this.page.text("words")).isEqualTo(words));
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
