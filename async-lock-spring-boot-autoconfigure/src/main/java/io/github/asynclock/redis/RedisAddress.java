package io.github.asynclock.redis;

import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.NamedNode;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Where a Redis is, for people: hosts and ports, and which database if it is not the
 * first, never a user or a password.
 */
final class RedisAddress {

	private RedisAddress() {
	}

	static String of(LettuceConnectionFactory factory) {
		int database = factory.getDatabase();
		return (database != 0) ? servers(factory) + ", database " + database : servers(factory);
	}

	private static String servers(LettuceConnectionFactory factory) {
		RedisClusterConfiguration cluster = factory.getClusterConfiguration();
		if (cluster != null) {
			return "the Cluster of " + nodes(cluster.getClusterNodes());
		}
		RedisSentinelConfiguration sentinels = factory.getSentinelConfiguration();
		NamedNode primary = (sentinels != null) ? sentinels.getMaster() : null;
		if (sentinels != null) {
			return "what sentinels " + nodes(sentinels.getSentinels()) + " watch as "
					+ ((primary != null) ? primary.getName() : "?");
		}
		RedisConfiguration.DomainSocketConfiguration socket = factory.getSocketConfiguration();
		return (socket != null) ? socket.getSocket() : node(factory.getHostName(), factory.getPort());
	}

	private static String nodes(Iterable<RedisNode> nodes) {
		return StreamSupport.stream(nodes.spliterator(), false)
			.map((node) -> node(node.getHost(), node.getPort()))
			.sorted()
			.collect(Collectors.joining(", "));
	}

	private static String node(@Nullable String host, @Nullable Integer port) {
		boolean version6 = host != null && host.contains(":") && !host.startsWith("[");
		return (version6 ? "[" + host + "]" : host) + ":" + port;
	}

}
