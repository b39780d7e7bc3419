package io.github.asynclock.actuate;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import com.jayway.jsonpath.JsonPath;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The endpoint in a web server, on both stores.
 */
class LocksEndpointTests {

	private static final String LOCAL = "async-lock.provider=local";

	private static final String ODD = "a/b?c&d=\u00e9 %;#+\u20ac";

	private static ConfigurableApplicationContext run(String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "spring.main.banner-mode=off",
					"spring.lifecycle.timeout-per-shutdown-phase=100ms",
					"management.endpoints.web.exposure.include=asynclocks")
			.properties(properties)
			.run();
	}

	private HttpResponse<String> send(ConfigurableApplicationContext context, String method, String key)
			throws Exception {
		String port = context.getEnvironment().getProperty("local.server.port");
		String query = (key != null) ? "?key=" + URLEncoder.encode(key, StandardCharsets.UTF_8) : "";
		URI uri = URI.create("http://localhost:" + port + "/actuator/asynclocks" + query);
		HttpRequest request = HttpRequest.newBuilder(uri)
			.method(method, HttpRequest.BodyPublishers.noBody())
			.timeout(Duration.ofSeconds(30))
			.build();
		// A connection for each: one that is kept alive may stop reading for good
		// (reactor-netty issue 4361).
		return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
	}

	private static CompletableFuture<String> hold(ConfigurableApplicationContext context, String key) {
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> result = context.getBean(LockService.class)
			.execute(LockRequest.of(key).named("orders"), (lease) -> {
				started.complete(null);
				return new CompletableFuture<String>();
			});
		started.join();
		return result;
	}

	static String[] stores() {
		return new String[] { LOCAL, "async-lock.redis.url=" + TestRedis.shared().url() };
	}

	@ParameterizedTest
	@MethodSource("stores")
	void aKeyOfAnyCharactersIsShownAndReleased(String store) throws Exception {
		try (ConfigurableApplicationContext context = run(store,
				"async-lock.redis.key-prefix=" + TestRedis.randomPrefix(),
				"management.endpoint.asynclocks.access=unrestricted")) {
			CompletableFuture<String> result = hold(context, ODD);
			String all = send(context, "GET", null).body();
			assertThat(JsonPath.<Integer>read(all, "$.total")).isOne();
			assertThat(JsonPath.<String>read(all, "$.locks[0].key")).isEqualTo(ODD);
			String one = send(context, "GET", ODD).body();
			assertThat(JsonPath.<String>read(one, "$.locks[0].key")).isEqualTo(ODD);
			assertThat(JsonPath.<String>read(one, "$.locks[0].name")).isEqualTo("orders");
			assertThat(JsonPath.<Boolean>read(one, "$.locks[0].held")).isTrue();
			assertThat(JsonPath.<Integer>read(one, "$.locks[0].waiting")).isZero();
			assertThat(one).contains("since", "fencingToken");
			if (!store.equals(LOCAL)) {
				assertThat(JsonPath.<String>read(one, "$.locks[0].elsewhere.holder"))
					.isEqualTo(JsonPath.<String>read(one, "$.locks[0].elsewhere.self"));
			}
			assertThat(send(context, "GET", "a").body()).contains("\"total\":0");
			assertThat(send(context, "DELETE", ODD).body()).contains("\"released\":true");
			assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
				.withCauseInstanceOf(LockLostException.class);
			assertThat(send(context, "DELETE", "a").body()).contains("\"released\":false");
			assertThat(send(context, "DELETE", null).statusCode()).isEqualTo(400);
		}
	}

	/** The fields that docs/metrics.md has. */
	@ParameterizedTest
	@MethodSource("stores")
	void theAnswerHasTheseFieldsAndNullForWhatIsNotKnown(String store) throws Exception {
		try (ConfigurableApplicationContext context = run(store,
				"async-lock.redis.key-prefix=" + TestRedis.randomPrefix())) {
			hold(context, "key");
			String body = send(context, "GET", "key").body();
			assertThat(JsonPath.<Map<String, Object>>read(body, "$")).containsOnlyKeys("total", "locks");
			Map<String, Object> lock = JsonPath.read(body, "$.locks[0]");
			assertThat(lock).containsOnlyKeys("key", "held", "name", "since", "fencingToken", "fencingTokenText",
					"waiting", "leaseLeft", "elsewhere");
			assertThat(Instant.parse((String) lock.get("since"))).isBeforeOrEqualTo(Instant.now());
			if (store.equals(LOCAL)) {
				assertThat(lock).containsEntry("leaseLeft", null).containsEntry("elsewhere", null);
				return;
			}
			assertThat(Duration.parse((String) lock.get("leaseLeft"))).isPositive();
			Map<String, Object> elsewhere = JsonPath.read(body, "$.locks[0].elsewhere");
			assertThat(elsewhere).containsOnlyKeys("self", "holder", "timeLeft", "waiting");
			assertThat(Duration.parse((String) elsewhere.get("timeLeft"))).isPositive();
			assertThat(send(context, "GET", null).body()).contains("\"elsewhere\":null");
		}
	}

	/** Numbers of more than 2^53 are rounded by JavaScript, and by jq. */
	@Test
	void theFencingTokenIsShownAsTextToo() throws Exception {
		try (ConfigurableApplicationContext context = run(LOCAL)) {
			CompletableFuture<Long> token = new CompletableFuture<>();
			context.getBean(LockService.class).execute(LockRequest.of("key"), (lease) -> {
				token.complete(lease.fencingToken());
				return new CompletableFuture<String>();
			});
			String body = send(context, "GET", "key").body();
			assertThat(token.join()).isGreaterThan(1L << 53);
			assertThat(JsonPath.<Long>read(body, "$.locks[0].fencingToken")).isEqualTo(token.join());
			assertThat(JsonPath.<String>read(body, "$.locks[0].fencingTokenText")).isEqualTo(token.join().toString());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "DELETE" })
	void aBlankKeyIsABadRequestThatSaysWhatIsExpected(String method) throws Exception {
		try (ConfigurableApplicationContext context = run(LOCAL, "spring.web.error.include-message=always",
				"management.endpoint.asynclocks.access=unrestricted")) {
			for (String blank : new String[] { "", " \t" }) {
				HttpResponse<String> response = send(context, method, blank);
				assertThat(response.statusCode()).isEqualTo(400);
				assertThat(JsonPath.<String>read(response.body(), "$.message")).contains("The key is blank",
						"?key=order-7");
			}
		}
	}

	@Test
	void releasingHasToBeAllowed() throws Exception {
		try (ConfigurableApplicationContext context = run(LOCAL)) {
			CompletableFuture<String> result = hold(context, "key");
			assertThat(send(context, "DELETE", "key").statusCode()).isEqualTo(405);
			assertThat(result).isNotDone();
			assertThat(send(context, "GET", "key").statusCode()).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health", "async-lock.enabled=false" })
	void whereItIsNotExposedOrLocksAreOffThereIsNone(String property) {
		try (ConfigurableApplicationContext context = run(LOCAL, property)) {
			assertThat(context.getBeanNamesForType(LocksEndpoint.class)).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class })
	static class Application {

	}

}
