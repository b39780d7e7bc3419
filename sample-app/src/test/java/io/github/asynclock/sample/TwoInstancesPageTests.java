package io.github.asynclock.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;

import static org.assertj.core.api.Assertions.assertThat;

/** Two shops on one Redis and one database, in one timeline. */
@BrowserTest
@Timeout(180)
class TwoInstancesPageTests {

	private static final String NO_JOB = "--shop.sync.initial-delay=1d";

	@TempDir
	private Path folder;

	@Test
	void bothTakePartAndBothShowIt() {
		try (SampleRedis redis = SampleRedis.start();
				ShopInstance one = new ShopInstance(shared(redis));
				ShopInstance other = new ShopInstance(shared(redis));
				ShopInstance apart = new ShopInstance("--async-lock.redis.url=" + redis.url(), NO_JOB);
				Browser browser = Browser.start()) {
			ChromeDriver driver = browser.driver();
			ShopPage page = ShopPage.open(driver, one.url());
			String first = driver.getWindowHandle();
			driver.switchTo().newWindow(WindowType.TAB);
			ShopPage.open(driver, other.url());
			String second = driver.getWindowHandle();
			driver.switchTo().window(first);
			assertThat(page.text("instances")).startsWith("2 instances take part: ")
				.endsWith(" 1 other does not: it has a database of its own.");
			assertThat(page.text("reach")).isEmpty();

			somebodyTalksNonsense(redis);
			page.show("items", 60, true);
			assertThat(page.text("words"))
				.isEqualTo("60 callers bought 30 of 30 units with the lock: 0 oversold, no update lost, 1 at a time.");

			one.payment().gather(20);
			other.payment().gather(20);
			page.show("items", 40, false);
			String words = page.text("words");
			assertThat(words).startsWith("40 callers bought 40 of 20 units without a lock: 20 oversold, ");
			bothAreInTheTable(page, one, other);

			driver.switchTo().window(second);
			page.waitFor(40, "done");
			assertThat(page.text("words")).isEqualTo(words);
			bothAreInTheTable(page, one, other);
			assertThat(apart.client()
				.get()
				.uri("/experiments/instances")
				.exchange()
				.expectBody(String.class)
				.returnResult()
				.getResponseBody()).contains("\"apart\":2");
			assertThat(browser.errors()).isEmpty();
		}
	}

	/** On the channel of the shops: they go on hearing each other. */
	private static void somebodyTalksNonsense(SampleRedis redis) {
		try (RedisClient client = RedisClient.create(redis.url());
				StatefulRedisConnection<String, String> connection = client.connect()) {
			for (String text : new String[] { "nonsense", "null", "{\"type\":\"start\"}", "{\"type\":\"here\"}" }) {
				assertThat(connection.sync().publish("async-lock:sample", text)).isEqualTo(3);
			}
		}
	}

	private static void bothAreInTheTable(ShopPage page, ShopInstance... instances) {
		page.run("document.getElementById('calls').open = true");
		for (ShopInstance instance : instances) {
			ShopPage.await()
				.until(() -> page
					.run("return [...document.querySelectorAll('#rows td:nth-child(2)')]"
							+ ".filter(cell => cell.textContent.startsWith('" + instance.port() + "-')).length")
					.equals(20L));
		}
	}

	/** Run by hand, where the page has changed: {@code -Dsample.screenshot=FILE}. */
	@Test
	@EnabledIfSystemProperty(named = "sample.screenshot", matches = ".+")
	void screenshot() throws IOException {
		try (SampleRedis redis = SampleRedis.start();
				ShopInstance one = new ShopInstance(shared(redis, "--server.port=8081"));
				ShopInstance other = new ShopInstance(shared(redis, "--server.port=8082"));
				Browser browser = Browser.start()) {
			browser.size(1200, 900);
			ShopPage page = ShopPage.open(browser.driver(), one.url());
			page.show("items", 400, true);
			page.show("items", 200, false);
			one.payment().take(Duration.ofMillis(60));
			other.payment().take(Duration.ofMillis(60));
			page.show("items", 100, false);
			browser.size(1200, ((Long) page.run("return document.documentElement.scrollHeight")).intValue());
			Object image = browser.driver()
				.executeCdpCommand("Page.captureScreenshot", Map.of("format", "png"))
				.get("data");
			Files.write(Path.of(System.getProperty("sample.screenshot")), Base64.getDecoder().decode((String) image));
		}
	}

	private String[] shared(SampleRedis redis, String... more) {
		return Stream.concat(Stream.of("--async-lock.redis.url=" + redis.url(), NO_JOB,
				"--spring.profiles.active=shared", "--shop.file=" + this.folder.resolve("shop")), Stream.of(more))
			.toArray(String[]::new);
	}

}
