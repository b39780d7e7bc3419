package io.github.asynclock.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.MutuallyExclusiveConfigurationPropertiesException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.StringUtils;

/**
 * What the properties say.
 */
final class PropertiesRedisConnectionDetails implements AsyncLockRedisConnectionDetails {

	private final AsyncLockProperties.Redis redis;

	private final @Nullable SslBundles bundles;

	PropertiesRedisConnectionDetails(AsyncLockProperties.Redis redis, @Nullable SslBundles bundles) {
		this.redis = redis;
		this.bundles = bundles;
		if (StringUtils.hasText(redis.url()) && !getClusterNodes().isEmpty()) {
			List<String> both = List.of(AsyncLockProperties.REDIS_URL, AsyncLockProperties.REDIS_NODES);
			throw new MutuallyExclusiveConfigurationPropertiesException(both, both);
		}
	}

	@Override
	public @Nullable String getUrl() {
		return this.redis.url();
	}

	@Override
	public List<String> getClusterNodes() {
		return this.redis.cluster().nodes().stream().filter(StringUtils::hasText).map(String::strip).toList();
	}

	@Override
	public @Nullable String getUsername() {
		return this.redis.username();
	}

	@Override
	public @Nullable String getPassword() {
		return this.redis.password();
	}

	@Override
	public @Nullable SslBundle getSslBundle() {
		String name = this.redis.ssl().bundle();
		return StringUtils.hasText(name) ? bundle(name) : null;
	}

	private SslBundle bundle(String name) {
		try {
			if (this.bundles != null) {
				return this.bundles.getBundle(name);
			}
		}
		catch (NoSuchSslBundleException ex) {
			// told below, with the property's name
		}
		throw new RedisConfigurationException("async-lock.redis.ssl.bundle",
				"There is no SSL bundle named '" + name + "'",
				"define it with spring.ssl.bundle.pem." + name + ".* or spring.ssl.bundle.jks." + name
						+ ".*, or name another one: async-lock.redis.ssl.bundle=my-bundle");
	}

}
