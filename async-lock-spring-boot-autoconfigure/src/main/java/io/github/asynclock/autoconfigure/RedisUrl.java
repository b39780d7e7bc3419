package io.github.asynclock.autoconfigure;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;

import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.Transports;
import org.jspecify.annotations.Nullable;

/**
 * Reads a URL as Lettuce spells it. Checks what Lettuce lets through (it takes
 * {@code localhost:notaport} for a host's name), and never shows a password: neither the
 * URL nor what others say about it.
 */
final class RedisUrl {

	private static final String SERVER = "redis://localhost:6379";

	private static final String SENTINEL = "redis-sentinel://host1:26379,host2:26379?sentinelMasterId=mymaster";

	private static final String SOCKET = "redis-socket:///var/run/redis/redis.sock";

	/** What a URL of a scheme looks like. */
	private static final Map<String, String> EXAMPLES = Map.of(RedisURI.URI_SCHEME_REDIS, SERVER,
			RedisURI.URI_SCHEME_REDIS_SECURE, "rediss://localhost:6379", RedisURI.URI_SCHEME_REDIS_SECURE_ALT,
			"rediss://localhost:6379", RedisURI.URI_SCHEME_REDIS_TLS_ALT, "redis+tls://localhost:6379",
			RedisURI.URI_SCHEME_REDIS_SENTINEL, SENTINEL, RedisURI.URI_SCHEME_REDIS_SENTINEL_SECURE,
			"rediss" + SENTINEL.substring(5), RedisURI.URI_SCHEME_REDIS_SOCKET, SOCKET,
			RedisURI.URI_SCHEME_REDIS_SOCKET_ALT, SOCKET);

	private final String example;

	private final URI uri;

	private RedisUrl(URI uri, String example) {
		this.uri = uri;
		this.example = example;
	}

	/**
	 * @throws RedisConfigurationException if it is not a URL of Redis, or one that cannot
	 * work here
	 */
	static RedisURI parse(String text) {
		URI uri = uri(text);
		String scheme = uri.getScheme();
		String example = (scheme != null) ? EXAMPLES.get(scheme) : null;
		if (example == null) {
			throw wrong("It does not begin with redis://, rediss://, redis-sentinel:// or redis-socket://", SERVER);
		}
		RedisUrl url = new RedisUrl(uri, example);
		return scheme.contains("socket") ? url.socket() : url.server(scheme.contains("sentinel"));
	}

	/** The reason of the failure is told, not its message: that has the URL in it. */
	private static URI uri(String text) {
		try {
			return new URI(text);
		}
		catch (URISyntaxException ex) {
			throw wrong("It is not a URL: " + ex.getReason() + " at position " + ex.getIndex()
					+ ". Characters such as / # ? % @ in a password are written as %2F and so on", SERVER);
		}
	}

	private RedisURI socket() {
		if (this.uri.getPath() == null || this.uri.getPath().length() < 2) {
			throw wrong("It has no path", this.example);
		}
		requireSockets(Transports.NativeTransports.isDomainSocketSupported());
		return lettuce();
	}

	/** Package-private for tests. */
	static void requireSockets(boolean supported) {
		if (!supported) {
			throw new RedisConfigurationException(AsyncLockProperties.REDIS_URL,
					"A Unix socket needs Netty's native transport, which is not on the class path or not for this "
							+ "operating system",
					"add io.netty:netty-transport-native-epoll with the classifier of your system (linux-x86_64, "
							+ "linux-aarch_64), or connect over TCP: " + AsyncLockProperties.REDIS_URL + "=" + SERVER);
		}
	}

	private RedisURI server(boolean sentinel) {
		List<HostPort> hosts = hosts();
		if (hosts.size() > 1 && !sentinel) {
			throw wrong("It names several servers. For a Cluster, set " + AsyncLockProperties.REDIS_NODES
					+ " instead; for sentinels, begin with redis-sentinel://", this.example);
		}
		requireDatabase();
		if (sentinel) {
			requireMaster();
			return lettuce();
		}
		RedisURI server = lettuce();
		server.setHost(hosts.get(0).host());
		server.setPort(hosts.get(0).portOr(RedisURI.DEFAULT_REDIS_PORT));
		return server;
	}

	private List<HostPort> hosts() {
		String authority = this.uri.getRawAuthority();
		if (authority == null) {
			throw wrong("It has no host", this.example);
		}
		String hosts = authority.substring(authority.lastIndexOf('@') + 1);
		return List.of(hosts.split(",", -1)).stream().map(this::host).toList();
	}

	private HostPort host(String text) {
		HostPort found = HostPort.parse(text);
		if (found == null) {
			throw wrong(
					"'" + HostPort.hostOf(text) + "' has to be a host, or a host, a colon and a port from 1 to 65535",
					this.example);
		}
		return found;
	}

	private void requireDatabase() {
		String path = this.uri.getPath();
		if (path != null && path.length() > 1 && !path.matches("/\\d{1,9}")) {
			throw wrong("What follows the host has to be the number of a database, as in /0", this.example);
		}
	}

	private void requireMaster() {
		String query = this.uri.getQuery();
		boolean named = query != null && query.toLowerCase().matches("(.*[&;])?sentinelmasterid=[^&;]+.*");
		if (!named && this.uri.getFragment() == null) {
			throw wrong("It does not say which master the sentinels watch", this.example);
		}
	}

	private RedisURI lettuce() {
		try {
			return RedisURI.create(this.uri);
		}
		catch (RuntimeException ex) {
			throw wrong("Lettuce cannot read it", this.example);
		}
	}

	private static RedisConfigurationException wrong(String problem, String example) {
		return new RedisConfigurationException(AsyncLockProperties.REDIS_URL, problem,
				"give a right URL: " + AsyncLockProperties.REDIS_URL + "=" + example);
	}

}
