package io.github.asynclock.sample.experiment;

import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.util.StringUtils;

/**
 * Where the Redis is that keeps the locks, as a client of one server sees it.
 *
 * @param uri the server, or the sentinels that know it
 * @param ssl keys and trust; null for those of the JVM
 */
record RedisPlace(RedisURI uri, @Nullable SslOptions ssl) {

	/**
	 * As all ways to configure the locks' own Redis have it; null where there is none.
	 * Nodes of a Cluster pass on to each other what is published, but they do not count
	 * together who heard it, nor do their clocks agree: so it is the first that is named.
	 */
	static @Nullable RedisPlace of(AsyncLockRedisConnectionDetails details) {
		String url = details.getUrl();
		if (!StringUtils.hasText(url) && details.getClusterNodes().isEmpty()) {
			return null;
		}
		RedisURI uri = RedisURI
			.create(StringUtils.hasText(url) ? url.strip() : "redis://" + details.getClusterNodes().get(0).strip());
		logIn(uri, details.getUsername(), details.getPassword());
		uri.getSentinels()
			.forEach(sentinel -> logIn(sentinel, details.getSentinelUsername(), details.getSentinelPassword()));
		SslBundle bundle = details.getSslBundle();
		if (bundle == null) {
			return new RedisPlace(uri, null);
		}
		uri.setSsl(true);
		uri.getSentinels().forEach(sentinel -> sentinel.setSsl(true));
		return new RedisPlace(uri, options(bundle));
	}

	// As the locks' own connection has it: what is given wins over the URL's.
	private static void logIn(RedisURI uri, @Nullable String username, @Nullable String password) {
		RedisCredentials urls = uri.getCredentialsProvider().resolveCredentials().block();
		String user = StringUtils.hasText(username) ? username : (urls != null) ? urls.getUsername() : null;
		char[] word = StringUtils.hasLength(password) ? password.toCharArray()
				: (urls != null) ? urls.getPassword() : null;
		if (word != null) {
			uri.setCredentialsProvider(new StaticCredentialsProvider(user, word));
		}
	}

	private static SslOptions options(SslBundle bundle) {
		return SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory())
			.build();
	}

}
