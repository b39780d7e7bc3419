package io.github.asynclock.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Finds the locks' Redis in a service of Docker Compose: one with the label
 * {@code org.springframework.boot.service-connection: async-lock}. Why not in every
 * Redis: {@link LockRedisContainerDetailsFactory}.
 */
final class LockRedisComposeDetailsFactory
		extends DockerComposeConnectionDetailsFactory<AsyncLockRedisConnectionDetails> {

	LockRedisComposeDetailsFactory() {
		super(ContainerRedis.CONNECTION_NAME);
	}

	@Override
	protected AsyncLockRedisConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new Details(source.getRunningService());
	}

	private static final class Details extends DockerComposeConnectionDetails
			implements AsyncLockRedisConnectionDetails {

		private final String url;

		private final @Nullable SslBundle sslBundle;

		private Details(RunningService service) {
			super(service);
			this.url = ContainerRedis.url(service.host(), service.ports().get(ContainerRedis.PORT));
			this.sslBundle = getSslBundle(service);
		}

		@Override
		public String getUrl() {
			return this.url;
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return this.sslBundle;
		}

	}

}
