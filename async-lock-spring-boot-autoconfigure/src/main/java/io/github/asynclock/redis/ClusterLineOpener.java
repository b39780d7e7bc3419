package io.github.asynclock.redis;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.codec.StringCodec;

/**
 * Connects to a Redis Cluster: commands go to the node that has the key, wake-ups come by
 * any node, which hears of all. Lettuce itself connects again to single nodes.
 */
final class ClusterLineOpener implements LineOpener {

	private final RedisClusterClient client;

	private final Duration timeout;

	private final Subscription subscription;

	/**
	 * @param reconnected called when a node is connected again
	 */
	ClusterLineOpener(RedisClusterClient client, Duration timeout, Subscription subscription, Runnable reconnected) {
		this.client = client;
		this.timeout = timeout;
		this.subscription = subscription;
		client.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
				reconnected.run();
			}

		});
	}

	private static String node(StatefulRedisClusterConnection<String, String> connection, String key) {
		RedisClusterNode node = connection.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
		return (node != null) ? node.getNodeId() : "";
	}

	@Override
	public Line open(Consumer<Line> lost) throws Exception {
		this.client.refreshPartitions();
		StatefulRedisClusterConnection<String, String> commands = this.client.connect(StringCodec.UTF8);
		StatefulRedisClusterPubSubConnection<String, String> wakeUps = null;
		try {
			wakeUps = this.client.connectPubSub(StringCodec.UTF8);
			Line line = new Line(commands.async(), Set.of(commands, wakeUps), (key) -> node(commands, key));
			this.subscription.open(wakeUps, this.timeout);
			return line;
		}
		catch (Throwable ex) {
			commands.closeAsync();
			if (wakeUps != null) {
				wakeUps.closeAsync();
			}
			throw ex;
		}
	}

}
