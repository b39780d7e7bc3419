package io.github.asynclock.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows for our properties.
 */
class PropertyMetadataTests {

	private static final List<String> WITHOUT_DEFAULT = List.of("async-lock.redis.url",
			"async-lock.redis.cluster.nodes", "async-lock.redis.username", "async-lock.redis.password",
			"async-lock.redis.ssl.bundle", "async-lock.held-warning");

	private static final Map<String, Object> DEFAULTS = Map.ofEntries(entry("async-lock.enabled", true),
			entry("async-lock.provider", "auto"), entry("async-lock.wait-time", "30s"),
			entry("async-lock.lease-time", "30s"), entry("async-lock.max-waiters-per-key", 0),
			entry("async-lock.release-after-transaction", true), entry("async-lock.metrics.enabled", true),
			entry("management.health.asynclock.enabled", false),
			entry("management.endpoint.asynclocks.access", "read_only"),
			entry("management.endpoint.asynclocks.cache.time-to-live", "0ms"),
			entry("async-lock.redis.key-prefix", "async-lock"), entry("async-lock.redis.command-timeout", "2s"),
			entry("async-lock.redis.poll-interval", "1s"), entry("async-lock.redis.local-handoffs", 64),
			entry("async-lock.redis.local-handoff-time", "20ms"), entry("async-lock.redis.min-replicas", 0),
			entry("async-lock.redis.replica-timeout", "100ms"));

	@Test
	void everyPropertyIsThereWithItsDefault() throws IOException {
		List<Map<String, Object>> properties = read("spring-configuration-metadata.json", "$.properties[*]");
		Map<String, Object> defaults = new HashMap<>();
		Set<String> others = new HashSet<>();
		for (Map<String, Object> property : properties) {
			String name = (String) property.get("name");
			assertThat((String) property.get("description")).as(name).endsWith(".");
			if (property.get("defaultValue") != null) {
				defaults.put(name, property.get("defaultValue"));
			}
			else {
				others.add(name);
			}
		}
		assertThat(defaults).isEqualTo(DEFAULTS);
		assertThat(others).containsExactlyInAnyOrderElementsOf(WITHOUT_DEFAULT);
	}

	@Test
	void everyHintIsForAPropertyThatIsThere() throws IOException {
		List<String> names = read("spring-configuration-metadata.json", "$.properties[*].name");
		List<String> hinted = read("additional-spring-configuration-metadata.json", "$.hints[*].name");
		assertThat(names).containsAll(hinted);
	}

	@Test
	void everyProviderIsHintedWithWhatItMeans() throws IOException {
		String provider = "$.hints[?(@.name == 'async-lock.provider')].values[*]";
		List<String> values = read("additional-spring-configuration-metadata.json", provider + ".value");
		assertThat(values).containsExactlyInAnyOrderElementsOf(Arrays.stream(AsyncLockProperties.Provider.values())
			.map((one) -> one.name().toLowerCase(Locale.ROOT))
			.toList());
		List<String> meanings = read("additional-spring-configuration-metadata.json", provider + ".description");
		assertThat(meanings).hasSameSizeAs(values).allMatch((meaning) -> meaning.endsWith("."));
	}

	private static <T> T read(String file, String path) throws IOException {
		try (InputStream stream = AsyncLockProperties.class.getResourceAsStream("/META-INF/" + file)) {
			return JsonPath.read(stream, path);
		}
	}

}
