package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What an instance listens to: wake-ups. Without them it finds out by polling.
 *
 * @param channel says which: its own
 * @param hint told of each message there: the encoded name of a key
 */
record Subscription(Supplier<String> channel, Consumer<String> hint) {

	private static final Log logger = LogFactory.getLog(Subscription.class);

	/**
	 * Listens on a new connection; blocks until the server has said yes or no.
	 */
	void open(StatefulRedisPubSubConnection<String, String> connection, Duration timeout) throws Exception {
		connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				// What one says that was replaced may be old, and of another server.
				if (connection.isOpen()) {
					Subscription.this.hint.accept(message);
				}
			}

		});
		try {
			connection.async().subscribe(this.channel.get()).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (Exception ex) {
			if (!Failures.isForbidden(Failures.unwrap(ex))) {
				throw ex;
			}
			logger.warn("The Redis user lacks the permission to SUBSCRIBE to " + this.channel.get()
					+ ", so waiting instances find out by polling, which is slower. Grant it the channels: "
					+ "ACL SETUSER <user> &<key-prefix>:*");
		}
	}

}
