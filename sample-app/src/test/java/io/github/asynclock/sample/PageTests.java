package io.github.asynclock.sample;

import java.net.URI;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/** The page in a real browser. */
@ShopTest
@BrowserTest
class PageTests {

	private static Browser browser;

	@Autowired
	private GatheringRemoteCall remoteCall;

	@LocalServerPort
	private int port;

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
	void open() {
		browser.size(1200, 900);
		browser.prefer("prefers-color-scheme", "light");
		this.page = ShopPage.open(browser.driver(), "http://localhost:" + this.port + "/");
	}

	@AfterEach
	void nothingWentWrongAndNobodyElseWasAsked() {
		assertThat(browser.errors()).isEmpty();
		assertThat(browser.requests()).isNotEmpty()
			.filteredOn(url -> url.startsWith("http"))
			.allSatisfy(url -> assertThat(URI.create(url).getAuthority()).isEqualTo("localhost:" + this.port));
	}

	@Test
	void withTheLockEverythingIsRight() {
		this.page.show("items", 100, true);
		assertThat(this.page.text("words"))
			.isEqualTo("100 callers bought 50 of 50 units with the lock: 0 oversold, no update lost, 1 at a time.");
		assertThat(this.page.run("const words = document.getElementById('words');"
				+ "return words.getAttribute('role') + ' ' + words.getAttribute('aria-live')"))
			.isEqualTo("status polite");
		assertThat(List.of(this.page.text("wrong"), this.page.text("lost"), this.page.text("peak")))
			.containsExactly("0", "0", "1");
		ShopPage.await().untilAsserted(() -> {
			List<Long> pixels = this.page.pixels("timeline", "--waiting", "--accent", "--harm");
			assertThat(pixels.get(0)).isPositive();
			assertThat(pixels.get(1)).isPositive();
			assertThat(pixels.get(2)).isZero();
		});
	}

	@Test
	void withoutALockWhatIsOversoldIsRedAndSaidInWords() {
		this.remoteCall.gather(60);
		this.page.show("items", 60, false);
		assertThat(this.page.text("words")).isEqualTo(
				"60 callers bought 60 of 30 units without a lock: 30 oversold, 59 updates lost, up to 60 at a time.");
		assertThat(this.page.text("wrong")).isEqualTo("30");
		ShopPage.await().untilAsserted(() -> {
			assertThat(this.page.pixels("timeline", "--harm").get(0)).isPositive();
			assertThat(this.page.pixels("level", "--harm").get(0)).isPositive();
		});
	}

	@Test
	void commandsThatNobodyLocksChargeOnceEachAndWithTheBusOnce() {
		this.remoteCall.gather(26);
		this.page.show("payments", 26, false);
		assertThat(this.page.text("words")).isEqualTo("26 callers paid one order by a command without a lock: "
				+ "charged 26 times, 25 too often, up to 26 at a time.");
		redOnTheCharts();
		this.page.show("payments", 27, true);
		assertThat(this.page.text("words")).isEqualTo(
				"27 callers paid one order by a command with the lock: " + "charged once, 0 too often, 1 at a time.");
		nothingRedOnTheTimeline();
	}

	@Test
	void ofADoubleSubmitTheFirstWinsAndTheOthersAreIgnoredWithoutWaiting() {
		this.remoteCall.gather(28);
		this.page.show("submissions", 28, false);
		assertThat(this.page.text("words")).isEqualTo("28 callers submitted one payment, 28 were accepted "
				+ "without a lock: charged 28 times, 27 too often, up to 28 at a time.");
		redOnTheCharts();
		this.page.show("submissions", 29, true);
		assertThat(this.page.text("words")).isEqualTo("29 callers submitted one payment, 1 was accepted "
				+ "with the lock: charged once, 0 too often, 1 at a time.");
		nothingRedOnTheTimeline();
		this.page.run("document.getElementById('calls').open = true");
		ShopPage.await()
			.until(() -> this.page
				.run("return [...document.querySelectorAll('#rows td:last-child')]"
						+ ".filter(cell => cell.textContent === 'refused').length")
				.equals(28L));
	}

	private void redOnTheCharts() {
		ShopPage.await().untilAsserted(() -> {
			assertThat(this.page.pixels("timeline", "--harm").get(0)).isPositive();
			assertThat(this.page.pixels("level", "--harm").get(0)).isPositive();
		});
	}

	private void nothingRedOnTheTimeline() {
		ShopPage.await().untilAsserted(() -> {
			assertThat(this.page.pixels("timeline", "--accent").get(0)).isPositive();
			assertThat(this.page.pixels("timeline", "--harm").get(0)).isZero();
		});
	}

	@Test
	void eachScenarioHasWordsOfItsOwn() {
		for (String scenario : List.of("orders", "payments", "submissions", "transfers", "uploads", "sync")) {
			this.page.show(scenario, 20, true);
			assertThat(this.page.text("words")).contains("with the lock: ", ", 1 at a time.");
			assertThat(this.page.text("level-title")).isNotEqualTo("Stock");
			assertThat(this.page.text("wrong")).isEqualTo("0");
		}
	}

	@Test
	void anInstanceThatSeesNoOthersSaysWhy() {
		assertThat(this.page.text("reach"))
			.isEqualTo("This timeline shows this instance only: its locks are kept in this instance.");
	}

	@Test
	void theKeyboardIsEnough() {
		this.page.run("document.activeElement.blur()");
		press(Keys.TAB, "scenario");
		press(Keys.TAB, "callers");
		type(Keys.chord(Keys.CONTROL, "a"));
		type("30");
		press(Keys.TAB, "lock");
		type(Keys.ARROW_LEFT);
		assertThat(this.page.run("return document.activeElement.value")).isEqualTo("true");
		press(Keys.TAB, "run");
		assertThat(this.page.run("return getComputedStyle(document.activeElement).outlineStyle")).isEqualTo("solid");
		type(Keys.ENTER);
		this.page.waitFor(30, "done");
		assertThat(focused()).isEqualTo("run");
		press(Keys.TAB, "stop");
		press(Keys.TAB, "summary");
		type(Keys.ENTER);
		ShopPage.await().until(() -> this.page.text("rows").contains("succeeded"));
		assertThat(this.page.text("calls-caption")).isEqualTo("The last 30 of 30 calls that asked");
	}

	private void press(CharSequence key, String focused) {
		type(key);
		assertThat(focused()).isEqualTo(focused);
	}

	private void type(CharSequence keys) {
		browser.driver().switchTo().activeElement().sendKeys(keys);
	}

	private String focused() {
		return String.valueOf(this.page
			.run("const now = document.activeElement;" + "return now.id || now.name || now.tagName.toLowerCase()"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 320, 360 })
	void aPhoneIsWideEnough(int width) {
		browser.size(width, 740);
		this.page.show("transfers", 30, true);
		this.page.run("document.getElementById('calls').open = true");
		ShopPage.await().until(() -> this.page.text("rows").contains("succeeded"));
		assertThat(this.page.run("return innerWidth")).isEqualTo((long) width);
		assertThat((Long) this.page.run("return document.documentElement.scrollWidth")).isLessThanOrEqualTo(width);
		assertThat(this.page.run("""
				return [...document.querySelectorAll('button, select, input[type=number], .choices label')]
					.filter(element => element.getBoundingClientRect().height < 44).map(element => element.id);
				""")).as("too small for a finger").isEqualTo(List.of());
	}

	/** A canvas would press a long key together until nobody can read it. */
	@ParameterizedTest
	@ValueSource(ints = { 320, 1200 })
	void aLongKeyIsShortenedInTheTimelineNotPressed(int width) {
		browser.size(width, 740);
		this.page.run("""
				const draw = CanvasRenderingContext2D.prototype.fillText;
				window.drawn = new Set();
				window.pressed = new Set();
				CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most) {
					drawn.add(text);
					if (most !== undefined && this.measureText(text).width > most) {
						pressed.add(text);
					}
					draw.apply(this, arguments);
				};
				""");
		this.page.show("sync", 33, true);
		ShopPage.await().until(() -> this.page.run("return [...drawn].join()").toString().contains("33 calls"));
		assertThat(this.page.run("return [...pressed]")).isEqualTo(List.of());
		assertThat(this.page.run("return [...drawn].join()")).asString()
			.containsPattern((width < 600) ? "sync-e[^,]*…[^,]*  ·  " : "sync-experiment-[^,…]*  ·  instance ");
	}

	@Test
	void theCommandForATerminalIsOfThisAddress() {
		assertThat(this.page.text("address")).isEqualTo("localhost:" + this.port);
	}

	@Test
	void oneCallerIsNoCallers() {
		this.page.choose("items", 1, true);
		this.page.press("run");
		ShopPage.await().until(() -> this.page.state().equals("done"));
		assertThat(this.page.text("words"))
			.isEqualTo("1 caller bought 1 of 1 unit with the lock: 0 oversold, no update lost, 1 at a time.");
	}

	@Test
	void nothingMovesByItselfAlsoForThoseWhoAskForLessMotion() {
		browser.prefer("prefers-reduced-motion", "reduce");
		this.page.choose("items", 31, true);
		this.page.press("run");
		this.page.waitFor(31, "done");
		ShopPage.await().untilAsserted(() -> assertThat(this.page.pixels("timeline", "--accent").get(0)).isPositive());
		assertThat(this.page.run("return document.getAnimations().length")).isEqualTo(0L);
		assertThat(this.page.run("""
				return [...document.querySelectorAll('*')].filter(element => {
					const style = getComputedStyle(element);
					return style.transitionDuration !== '0s' || style.animationName !== 'none';
				}).map(element => element.tagName);""")).isEqualTo(List.of());
	}

	@Test
	void whatTheChartsShowIsSaidInWords() {
		this.remoteCall.gather(32);
		this.page.show("items", 32, false);
		assertThat(this.page.text("level-words"))
			.isEqualTo("It was 16 and came to -16, where 0 is the least that is right. The row says 15.");
		assertThat(this.page.text("busy-words")).isEqualTo("At most 32 at the same time.");
		assertThat(this.page.run("""
				return [...document.querySelectorAll('canvas')].filter(canvas => canvas.getAttribute('role') !== 'img'
						|| !document.getElementById(canvas.getAttribute('aria-describedby')).textContent
						|| !(canvas.ariaLabel || document.getElementById(canvas.getAttribute('aria-labelledby'))))
					.map(canvas => canvas.id);""")).isEqualTo(List.of());
		assertThat(this.page.run("""
				return [...document.querySelectorAll('input, select, button, summary')].filter(element =>
					!element.labels?.length && !element.textContent.trim()).map(element => element.outerHTML);"""))
			.as("without a label")
			.isEqualTo(List.of());
		this.page.show("transfers", 30, true);
		assertThat(this.page.text("level-words"))
			.isEqualTo("It was 3,000 and should be 3,000 now. The rows say 3,000.");
		this.page.show("orders", 33, true);
		assertThat(this.page.text("level-words"))
			.isEqualTo("It was 0 and came to 1, where 1 is the most that is right.");
		assertThat(this.page.text("busy-words")).isEqualTo("At most 1 at the same time.");
	}

	@Test
	void ofTwoTabsTheOneThatComesLaterIsToldThatItsRunWaits() {
		String first = browser.driver().getWindowHandle();
		browser.driver().switchTo().newWindow(WindowType.TAB);
		ShopPage other = ShopPage.open(browser.driver(), "http://localhost:" + this.port + "/");
		String second = browser.driver().getWindowHandle();
		try {
			this.remoteCall.gather(1_000);
			browser.driver().switchTo().window(first);
			this.page.choose("items", 34, false);
			this.page.press("run");
			ShopPage.await().until(() -> this.remoteCall.missing() == 1_000 - 34);

			browser.driver().switchTo().window(second);
			ShopPage.await().until(() -> other.text("words").startsWith("Running: 34 callers"));
			other.choose("orders", 35, true);
			other.press("run");
			assertThat(other.text("turn")).isEqualTo("Another run is under way; yours comes next.");
			this.remoteCall.letGo();
			this.remoteCall.gather(0);
			other.waitFor(35, "done");
			assertThat(other.text("turn")).isEmpty();
		}
		finally {
			browser.driver().close();
			browser.driver().switchTo().window(first);
		}
		assertThat(this.page.text("words")).startsWith("35 callers processed one order with the lock: charged once");
	}

	@ParameterizedTest
	@ValueSource(strings = { "light", "dark" })
	void whatIsWrittenCanBeRead(String scheme) {
		browser.prefer("prefers-color-scheme", scheme);
		this.page.show("items", 20, false);
		assertThat((Double) this.page.run(LUMINANCE + "return luminance(colourBehind(document.body)) + 1e-9"))
			.matches(luminance -> scheme.equals("dark") ? luminance < 0.05 : luminance > 0.85);
		assertThat(this.page.run(LUMINANCE + """
				return [...document.querySelectorAll('body *')].filter(element => element.checkVisibility()
						&& [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
					.map(element => [element, contrast(element)])
					.filter(([element, found]) => found < 4.5)
					.map(([element, found]) => `${element.tagName} ${element.id} ${element.textContent}: ${found}`);
				""")).isEqualTo(List.of());
		assertThat(this.page.run(LUMINANCE + """
				const style = getComputedStyle(document.documentElement);
				return ['--waiting', '--accent', '--harm', '--field'].filter(name =>
					ratio(style.getPropertyValue(name), style.getPropertyValue('--card')) < 3);
				""")).isEqualTo(List.of());
	}

	private static final String LUMINANCE = """
			const rgb = colour => {
				const context = document.createElement('canvas').getContext('2d');
				context.fillStyle = colour;
				context.fillRect(0, 0, 1, 1);
				return [...context.getImageData(0, 0, 1, 1).data];
			};
			const luminance = colour => rgb(colour).slice(0, 3).map(part => part / 255)
				.map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
				.reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
			const ratio = (one, other) => {
				const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
				return (high + 0.05) / (low + 0.05);
			};
			const colourBehind = element => {
				const colour = getComputedStyle(element).backgroundColor;
				return rgb(colour)[3] === 255 || !element.parentElement ? colour : colourBehind(element.parentElement);
			};
			const contrast = element => ratio(getComputedStyle(element).color, colourBehind(element));
			""";

	@Test
	void aNumberOfCallersThatIsNoneIsNamedAndRunsNothing() {
		assertThat(this.page.run("return document.getElementById('problem').getAttribute('role')")).isEqualTo("alert");
		for (String callers : List.of("0", "-1", "100000", "", "2.5")) {
			browser.driver().findElement(By.id("callers")).clear();
			browser.driver().findElement(By.id("callers")).sendKeys(callers);
			this.page.press("run");
			assertThat(this.page.text("problem")).isEqualTo("Callers is " + (callers.isEmpty() ? "no number" : callers)
					+ "; give a whole number from 1 to 10,000.");
			assertThat(focused()).isEqualTo("callers");
			assertThat(this.page.run("return document.getElementById('callers').getAttribute('aria-invalid')"))
				.isEqualTo("true");
			assertThat(this.page.run("return document.getElementById('run').getAttribute('aria-disabled')"))
				.isNotEqualTo("true");
		}
		this.page.show("items", 3, true);
		assertThat(this.page.text("problem")).isEmpty();
	}

	@Test
	void aWholeNumberMayBeWrittenInAnyWay() {
		browser.driver().findElement(By.id("callers")).clear();
		browser.driver().findElement(By.id("callers")).sendKeys("3.7e1");
		this.page.press("run");
		this.page.waitFor(37, "done");
		assertThat(this.page.text("problem")).isEmpty();
	}

	@Test
	void aScenarioThatThereIsNotIsNamed() {
		this.page.choose("items", 1, true);
		this.page.run("document.getElementById('scenario').selectedOptions[0].value = 'luck'");
		this.page.press("run");
		ShopPage.await().until(() -> this.page.text("problem").startsWith("There is no experiment luck; there are "));
		// Chromium itself writes that the answer was a 404.
		assertThat(browser.errors()).singleElement().asString().contains("404");
	}

	@Test
	void aRunThatIsStoppedSaysSo() {
		this.remoteCall.gather(1_000);
		this.page.choose("items", 25, false);
		this.page.press("run");
		ShopPage.await().until(() -> this.remoteCall.missing() == 975);
		this.page.press("stop");
		this.page.waitFor(25, "aborted");
		assertThat(this.page.text("words")).isEqualTo("The run was stopped. 0 of 25 callers had their answer by then.");
		this.remoteCall.letGo();
		this.remoteCall.gather(0);
		this.page.show("items", 24, true);
	}

	/**
	 * A thousand calls are drawn in frames that are far apart from being seen as a halt.
	 */
	@Test
	void aThousandCallersStaySmooth() {
		this.page
			.run("""
					window.longest = 0;
					let last = performance.now();
					const frame = now => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(frame); };
					requestAnimationFrame(frame);""");
		this.page.show("orders", 1_000, true);
		assertThat(((Number) this.page.run("return window.longest")).doubleValue()).isLessThan(1_000);
	}

}
