package io.github.asynclock.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows for our properties.
 */
class PropertyMetadataTests {

	@Test
	void everyPropertyHasADescriptionAndADefault() throws IOException {
		List<Map<String, Object>> properties = read("spring-configuration-metadata.json", "$.properties[*]");
		assertThat(properties).extracting("name")
			.contains("async-lock.enabled", "async-lock.provider", "async-lock.wait-time", "async-lock.lease-time",
					"async-lock.max-waiters-per-key");
		assertThat(properties).allSatisfy((property) -> {
			assertThat((String) property.get("description")).endsWith(".");
			assertThat(property.get("defaultValue")).isNotNull();
		});
	}

	@Test
	void everyHintIsForAPropertyThatIsThere() throws IOException {
		List<String> names = read("spring-configuration-metadata.json", "$.properties[*].name");
		List<String> hinted = read("additional-spring-configuration-metadata.json", "$.hints[*].name");
		assertThat(names).containsAll(hinted);
	}

	private static <T> T read(String file, String path) throws IOException {
		try (InputStream stream = AsyncLockProperties.class.getResourceAsStream("/META-INF/" + file)) {
			return JsonPath.read(stream, path);
		}
	}

}
