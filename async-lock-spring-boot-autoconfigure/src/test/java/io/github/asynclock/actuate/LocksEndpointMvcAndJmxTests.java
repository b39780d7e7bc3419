package io.github.asynclock.actuate;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.github.asynclock.LockLostException;
import io.github.asynclock.LockService;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.delete;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * The endpoint in a servlet application and by JMX, on both stores.
 */
class LocksEndpointMvcAndJmxTests {

	private static final String ODD = "a/b?c&d=\u00e9 %;#+\u20ac";

	private final String domain = "test-" + UUID.randomUUID();

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withUserConfiguration(Application.class)
		.withPropertyValues("async-lock.redis.key-prefix=" + TestRedis.randomPrefix(),
				"spring.lifecycle.timeout-per-shutdown-phase=100ms",
				"management.endpoint.asynclocks.access=UNRESTRICTED",
				"management.endpoints.web.exposure.include=asynclocks", "spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=asynclocks",
				"management.endpoints.jmx.domain=" + this.domain);

	static String[] stores() {
		return new String[] { "async-lock.provider=local", "async-lock.redis.url=" + TestRedis.shared().url() };
	}

	private static CompletableFuture<String> hold(LockService service) {
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> result = service.execute(ODD, () -> {
			started.complete(null);
			return new CompletableFuture<String>();
		});
		started.join();
		return result;
	}

	private static void assertLost(CompletableFuture<String> result) {
		assertThatExceptionOfType(CompletionException.class).isThrownBy(result::join)
			.withCauseInstanceOf(LockLostException.class);
	}

	private static ResultActions send(MockMvc mvc, MockHttpServletRequestBuilder request) throws Exception {
		MvcResult asked = mvc.perform(request).andReturn();
		assertThat(asked.getRequest().isAsyncStarted()).as("no thread waits").isTrue();
		return mvc.perform(asyncDispatch(asked)).andExpect(status().isOk());
	}

	@ParameterizedTest
	@MethodSource("stores")
	void aServletApplicationHasIt(String store) {
		this.runner.withPropertyValues(store).run((context) -> {
			MockMvc mvc = MockMvcBuilders.webAppContextSetup(context).build();
			CompletableFuture<String> result = hold(context.getBean(LockService.class));
			send(mvc, get("/actuator/asynclocks")).andExpect(jsonPath("$.locks[0].key").value(ODD));
			send(mvc, get("/actuator/asynclocks").param("key", ODD)).andExpect(jsonPath("$.locks[0].held").value(true));
			send(mvc, delete("/actuator/asynclocks").queryParam("key", ODD))
				.andExpect(jsonPath("$.released").value(true));
			assertLost(result);
			for (MockHttpServletRequestBuilder blank : List.of(get("/actuator/asynclocks?key= "),
					delete("/actuator/asynclocks?key= "), delete("/actuator/asynclocks"))) {
				mvc.perform(blank).andExpect(status().isBadRequest());
			}
		});
	}

	@ParameterizedTest
	@MethodSource("stores")
	void jmxHasIt(String store) {
		this.runner.withPropertyValues(store).run((context) -> {
			CompletableFuture<String> result = hold(context.getBean(LockService.class));
			assertThat(invoke("locks", (String) null)).asString().contains(ODD);
			assertThat(invoke("locks", ODD)).asString().contains("held=true");
			assertThat(invoke("release", ODD)).isEqualTo(Map.of("released", true));
			assertLost(result);
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> invoke("release", " "))
				.havingRootCause()
				.withMessageContaining("The key is blank");
		});
	}

	private Object invoke(String operation, String key) throws Exception {
		MBeanServer server = ManagementFactory.getPlatformMBeanServer();
		Set<ObjectName> names = server.queryNames(new ObjectName(this.domain + ":*"), null);
		assertThat(names).hasSize(1);
		return server.invoke(names.iterator().next(), operation, new Object[] { key },
				new String[] { String.class.getName() });
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class })
	static class Application {

	}

}
