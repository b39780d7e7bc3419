package io.github.asynclock.redis;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Sends what is written at about the same time by one system call: commands come from
 * many threads, and Lettuce flushes after each. What comes alone is sent at once.
 */
final class FewerFlushes implements NettyCustomizer {

	/** How many flushes are one at most. */
	private static final int MOST = 64;

	@Override
	public void afterChannelInitialized(Channel channel) {
		channel.pipeline().addFirst(new FlushConsolidationHandler(MOST, true));
	}

}
