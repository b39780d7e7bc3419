package io.github.asynclock.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;

/**
 * Connects to one server, or to the primary that Sentinels name. With RESP3 one
 * connection carries commands and wake-ups, which halves the time from a release to the
 * next start in another JVM; with RESP2 there are two.
 */
final class ServerLineOpener implements LineOpener {

	private final RedisClient client;

	private final Duration timeout;

	private final @Nullable Subscription subscription;

	/**
	 * @param subscription what to listen to; null: nothing
	 */
	ServerLineOpener(RedisClient client, Duration timeout, @Nullable Subscription subscription) {
		this.client = client;
		this.timeout = timeout;
		this.subscription = subscription;
	}

	@Override
	public Line open(Consumer<Line> lost) throws Exception {
		AtomicReference<Line> opened = new AtomicReference<>();
		StatefulRedisPubSubConnection<String, String> first = connect(opened, lost);
		StatefulRedisPubSubConnection<String, String> second = first;
		try {
			boolean needsTwo = this.subscription != null && !isResp3(first);
			second = needsTwo ? connect(opened, lost) : first;
			Line line = new Line(first, new HashSet<>(List.of(first, second)));
			opened.set(line);
			if (this.subscription != null) {
				this.subscription.open(second, this.timeout);
			}
			return line;
		}
		catch (Throwable ex) {
			first.closeAsync();
			second.closeAsync();
			throw ex;
		}
	}

	private StatefulRedisPubSubConnection<String, String> connect(AtomicReference<Line> opened, Consumer<Line> lost) {
		StatefulRedisPubSubConnection<String, String> connection = this.client.connectPubSub(StringCodec.UTF8);
		connection.addListener(new RedisConnectionStateListener() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> disconnected) {
				Line line = opened.get();
				if (line != null) {
					lost.accept(line);
				}
			}

		});
		return connection;
	}

	private static boolean isResp3(StatefulConnection<String, String> connection) {
		return connection instanceof StatefulRedisConnectionImpl<?, ?> known
				&& known.getConnectionState().getNegotiatedProtocolVersion() == ProtocolVersion.RESP3;
	}

}
