package io.github.asynclock.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.Container;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/**
 * Finds the locks' Redis in a container of Testcontainers: one with
 * {@code @ServiceConnection(name = "async-lock")}, or one whose annotation names
 * {@link AsyncLockRedisConnectionDetails} as a type.
 *
 * <p>
 * Not in every container that is a Redis, as Boot does for the application's own: an
 * application that locks within one JVM would lock in Redis where its cache runs in a
 * container, and in production it would not.
 */
final class LockRedisContainerDetailsFactory
		extends ContainerConnectionDetailsFactory<Container<?>, AsyncLockRedisConnectionDetails> {

	LockRedisContainerDetailsFactory() {
		super(ContainerRedis.CONNECTION_NAME);
	}

	@Override
	protected boolean sourceAccepts(ContainerConnectionSource<Container<?>> source, Class<?> container,
			Class<?> details) {
		boolean named = super.sourceAccepts(source, container, details);
		return named || source.getConnectionDetailsTypes().contains(AsyncLockRedisConnectionDetails.class)
				&& source.accepts(ANY_CONNECTION_NAME, container, details);
	}

	@Override
	protected AsyncLockRedisConnectionDetails getContainerConnectionDetails(
			ContainerConnectionSource<Container<?>> source) {
		return new Details(source);
	}

	private static final class Details extends ContainerConnectionDetails<Container<?>>
			implements AsyncLockRedisConnectionDetails {

		private Details(ContainerConnectionSource<Container<?>> source) {
			super(source);
		}

		@Override
		public String getUrl() {
			return ContainerRedis.url(getContainer().getHost(), getContainer().getMappedPort(ContainerRedis.PORT));
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return super.getSslBundle();
		}

	}

}
