package io.github.asynclock.autoconfigure;

/**
 * A container that keeps the locks.
 */
final class ContainerRedis {

	/** By which the container is chosen. */
	static final String CONNECTION_NAME = "async-lock";

	/** Inside the container. */
	static final int PORT = 6379;

	private ContainerRedis() {
	}

	static String url(String host, int port) {
		boolean ipv6 = host.indexOf(':') >= 0;
		return "redis://" + (ipv6 ? "[" + host + "]" : host) + ":" + port;
	}

}
