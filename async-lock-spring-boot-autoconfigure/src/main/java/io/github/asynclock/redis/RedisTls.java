package io.github.asynclock.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceSslClientConfigurationBuilder;

/**
 * How a connection is encrypted.
 *
 * @param options keys, trust and protocols; {@link SslOptions#create()} is what the JVM
 * trusts
 * @param verify how the server's certificate is checked
 * @param startTls whether the connection starts in clear text
 */
public record RedisTls(SslOptions options, SslVerifyMode verify, boolean startTls) {

	/**
	 * With these keys and this trust; the server's certificate must be for its host.
	 */
	public static RedisTls with(SslOptions options) {
		return new RedisTls(options, SslVerifyMode.FULL, false);
	}

	/**
	 * What a URI says ({@code rediss://} and the like); null if it asks for none.
	 */
	public static @Nullable RedisTls of(RedisURI uri) {
		return uri.isSsl() ? new RedisTls(SslOptions.create(), uri.getVerifyMode(), uri.isStartTls()) : null;
	}

	/**
	 * The same with other keys and trust.
	 */
	public RedisTls withOptions(SslOptions options) {
		return new RedisTls(options, this.verify, this.startTls);
	}

	void applyTo(LettuceClientConfigurationBuilder client) {
		LettuceSslClientConfigurationBuilder ssl = client.useSsl().verifyPeer(this.verify);
		if (this.startTls) {
			ssl.startTls();
		}
	}

}
