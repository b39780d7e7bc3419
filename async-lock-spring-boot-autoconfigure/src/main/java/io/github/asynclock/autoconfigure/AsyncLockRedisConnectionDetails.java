package io.github.asynclock.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where the Redis is that keeps the locks. A bean of this type takes the place of the
 * properties {@code async-lock.redis.url}, {@code .cluster.nodes}, {@code .username},
 * {@code .password} and {@code .ssl.bundle}; with {@code async-lock.provider=auto} it
 * chooses Redis.
 *
 * <p>
 * Testcontainers' {@code @ServiceConnection} and Docker Compose provide one for a
 * container whose connection name is {@code async-lock}. The application's own Redis
 * ({@code DataRedisConnectionDetails}) is something else: neither ever stands in for the
 * other, except for {@code async-lock.provider=redis} with nothing set here.
 */
public interface AsyncLockRedisConnectionDetails extends ConnectionDetails {

	/**
	 * The URL, as Lettuce spells it: {@code redis://}, {@code rediss://},
	 * {@code redis-sentinel://} or {@code redis-socket://}. Null (default) or blank where
	 * there are {@link #getClusterNodes() cluster nodes}.
	 */
	default @Nullable String getUrl() {
		return null;
	}

	/**
	 * Some nodes of a Redis Cluster, as {@code host:port}. Empty (default) where there is
	 * a {@link #getUrl() URL}.
	 */
	default List<String> getClusterNodes() {
		return List.of();
	}

	/**
	 * The user to log in as; wins over the URL's. Null (default) or blank: the URL's, if
	 * any.
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * The password to log in with; wins over the URL's. Null (default) or empty: the
	 * URL's, if any.
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * The user to log in to the sentinels as; no URL has room for it. Null (default):
	 * none.
	 */
	default @Nullable String getSentinelUsername() {
		return null;
	}

	/**
	 * The password to log in to the sentinels with. Null (default): none.
	 */
	default @Nullable String getSentinelPassword() {
		return null;
	}

	/**
	 * Keys and trust; switches TLS on. Null (default): TLS if the URL asks for it, with
	 * what the JVM trusts.
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
