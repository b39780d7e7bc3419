package io.github.asynclock.sample;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.support.ui.Select;

/** The page in the browser's current window, as its visitor sees it. */
final class ShopPage {

	private final ChromeDriver driver;

	private ShopPage(ChromeDriver driver) {
		this.driver = driver;
	}

	/** Opens it, and waits until it hears of runs. */
	static ShopPage open(ChromeDriver driver, String url) {
		driver.get(url);
		ShopPage page = new ShopPage(driver);
		await().until(() -> "true".equals(page.run("return document.body.dataset.connected")));
		await().until(() -> !page.text("instances").isEmpty());
		return page;
	}

	void choose(String scenario, int callers, boolean lock) {
		new Select(this.driver.findElement(By.id("scenario"))).selectByValue(scenario);
		this.driver.findElement(By.id("callers")).clear();
		this.driver.findElement(By.id("callers")).sendKeys(String.valueOf(callers));
		this.driver.findElement(By.cssSelector("[name=lock][value='" + lock + "']")).click();
	}

	void press(String button) {
		this.driver.findElement(By.id(button)).click();
	}

	/** Runs to the end. */
	void show(String scenario, int callers, boolean lock) {
		choose(scenario, callers, lock);
		// What an earlier run of as many has left is not what is waited for.
		run("document.body.dataset.state = ''");
		press("run");
		waitFor(callers, "done");
		await().until(() -> Boolean.TRUE
			.equals(run("return document.getElementById('run').getAttribute('aria-disabled') === 'false'")));
	}

	/** Waits until the last run of so many callers has come to this. */
	void waitFor(int callers, String state) {
		await().until(() -> state().equals(state) && text("words").startsWith(callers + " ")
				|| state().equals(state) && text("words").contains(" of " + callers + " callers"));
	}

	String state() {
		return String.valueOf(run("return document.body.dataset.state"));
	}

	String text(String id) {
		return String.valueOf(run("return document.getElementById('" + id + "').textContent"));
	}

	Object run(String script) {
		return this.driver.executeScript(script);
	}

	/** How often these colours (as the style names them) are on the canvas. */
	List<Long> pixels(String canvas, String... colours) {
		return Stream.of(colours).map(colour -> (Long) run("""
				const canvas = document.getElementById('%s');
				const probe = document.createElement('canvas').getContext('2d');
				probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('%s').trim();
				probe.fillRect(0, 0, 1, 1);
				const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
				const copy = document.createElement('canvas');
				copy.width = canvas.width;
				copy.height = canvas.height;
				const context = copy.getContext('2d', { willReadFrequently: true });
				context.drawImage(canvas, 0, 0);
				const data = context.getImageData(0, 0, copy.width, copy.height).data;
				let count = 0;
				for (let i = 0; i < data.length; i += 4) {
					if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) count++;
				}
				return count;""".formatted(canvas, colour))).toList();
	}

	static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20));
	}

}
