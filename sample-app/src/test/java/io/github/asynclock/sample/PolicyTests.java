package io.github.asynclock.sample;

import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** The page asks nobody else for anything, and the browser is told to hold it to that. */
@ShopTest
class PolicyTests {

	@Autowired
	private WebTestClient shop;

	@ParameterizedTest
	@ValueSource(strings = { "/", "/page/main.js", "/requests", "/experiments/instances", "/nothing" })
	void everyAnswerAllowsOnlyWhatTheApplicationServes(String uri) {
		this.shop.get()
			.uri(uri)
			.exchange()
			.expectHeader()
			.value("Content-Security-Policy",
					policy -> assertThat(policy.split("; "))
						.contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
								"base-uri 'none'", "frame-ancestors 'none'")
						.noneMatch(part -> part.contains("unsafe") || part.contains("http") || part.contains("*")))
			.expectHeader()
			.valueEquals("X-Content-Type-Options", "nosniff");
	}

	/** One that is kept alive may hang, and the browser with it: see application.yaml. */
	@ParameterizedTest
	@ValueSource(strings = { "/", "/page/main.js", "/experiments/instances" })
	void eachAnswerEndsItsConnection(String uri) {
		this.shop.get().uri(uri).exchange().expectHeader().valueEquals("Connection", "close");
	}

	@Test
	void thePageHasNothingInlineAndNamesNoOtherHost() {
		String page = body("/");
		assertThat(page).contains("<h1>")
			.doesNotContainPattern(Pattern.compile("<script(?![^>]*src=)|<style|\\sstyle=|\\son\\w+=|https?://"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/webjars/chart.js/dist/chart.umd.min.js", "/webjars/chart.js/LICENSE.md" })
	void theChartsAndTheirLicenceComeAlong(String uri) {
		assertThat(body(uri)).contains("Chart.js");
	}

	private String body(String uri) {
		return this.shop.mutate()
			.codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(1 << 20))
			.build()
			.get()
			.uri(uri)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.returnResult()
			.getResponseBody();
	}

}
