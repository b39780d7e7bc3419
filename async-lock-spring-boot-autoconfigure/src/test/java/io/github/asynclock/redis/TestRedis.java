package io.github.asynclock.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.lettuce.core.RedisURI;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The Redis server that all tests of one JVM share: a real one, never a mock. Taken is
 * the first that can be had of a URL that was given, Docker, a {@code redis-server} on
 * the PATH, and the embedded binary; if none can, the tests fail. Tests do not disturb
 * each other: each has a random prefix for its keys.
 *
 * <ul>
 * <li>{@code -Dasync-lock.test.redis.url=redis://...} (or the environment variable
 * {@code ASYNC_LOCK_TEST_REDIS_URL}): that server
 * <li>{@code -Dasync-lock.test.redis.image=...}: the image to run in Docker;
 * {@code redis:7-alpine} if not given
 * <li>{@code -Dasync-lock.test.redis=url|docker|path|embedded}: that way and no other
 * </ul>
 */
public final class TestRedis {

	private static final Log logger = LogFactory.getLog(TestRedis.class);

	/** Of Docker on Linux, rootless Docker and Docker Desktop. */
	private static final List<Path> DOCKER_SOCKETS = List.of(Path.of("/var/run/docker.sock"),
			Path.of(System.getenv().getOrDefault("XDG_RUNTIME_DIR", "/run"), "docker.sock"),
			Path.of(System.getProperty("user.home"), ".docker/run/docker.sock"));

	/** A machine that is busy with other tests is not a Redis that does not answer. */
	private static final Duration PATIENT = Duration.ofSeconds(20);

	private static TestRedis shared;

	private static LettuceConnectionFactory factory;

	private final String way;

	private final String url;

	private TestRedis(String way, String url) {
		this.way = way;
		this.url = url;
	}

	/** The one server; started if it was not yet. */
	public static synchronized TestRedis shared() {
		if (shared == null) {
			shared = find(System.getProperty("async-lock.test.redis", ""));
			logger.info("Tests use Redis " + shared.version() + " by " + shared.way + ": " + shared.uri());
		}
		return shared;
	}

	/** A store on the shared server with keys that no other test has. */
	public static RedisLockStore store() {
		return store(UnaryOperator.identity());
	}

	/** The same with settings of its own. */
	public static RedisLockStore store(UnaryOperator<RedisSettings> settings) {
		RedisLockStore store = new RedisLockStore(factory(),
				settings.apply(RedisSettings.defaults().withKeyPrefix(randomPrefix()).withCommandTimeout(PATIENT)));
		store.awaitStart();
		return store;
	}

	public static String randomPrefix() {
		return "test-" + UUID.randomUUID();
	}

	/**
	 * One for all tests, as its threads cost more than a test; never closed by a store.
	 */
	private static synchronized LettuceConnectionFactory factory() {
		if (factory == null) {
			// Daemon threads; they end with this JVM.
			factory = LockConnectionFactories.create(shared().uri(), PATIENT, LockConnectionFactories.resources());
		}
		return factory;
	}

	/** How it was had: url, docker, path or embedded. */
	public String way() {
		return this.way;
	}

	public String url() {
		return this.url;
	}

	/** Where it is; prints without its password. */
	public RedisURI uri() {
		return RedisURI.create(this.url);
	}

	private String version() {
		RedisURI uri = uri();
		try (RedisCommands commands = new RedisCommands(uri.getHost(), uri.getPort(), 10_000)) {
			String info = String.valueOf(commands.call("INFO", "server"));
			return info.replaceAll("(?s).*redis_version:(\\S+).*", "$1");
		}
		catch (IOException | RuntimeException ex) {
			return "(version unknown: " + ex.getMessage() + ")";
		}
	}

	static TestRedis find(String forced) {
		return switch (forced) {
			case "" -> first();
			case "url" -> byUrl();
			case "docker" -> byDocker();
			case "path" -> byPath();
			case "embedded" -> byEmbedded();
			default -> throw new IllegalStateException(
					"async-lock.test.redis is " + forced + "; use url, docker, path or embedded");
		};
	}

	private static TestRedis first() {
		if (!givenUrl().isBlank()) {
			return byUrl();
		}
		List<String> reasons = new ArrayList<>();
		List<Supplier<TestRedis>> ways = List.of(TestRedis::byDocker, TestRedis::byPath, TestRedis::byEmbedded);
		for (Supplier<TestRedis> way : ways) {
			try {
				return way.get();
			}
			catch (RuntimeException | LinkageError ex) {
				reasons.add(String.valueOf(ex.getMessage()));
			}
		}
		throw new IllegalStateException("There is no Redis to test with, and tests are not skipped for that: "
				+ String.join("; ", reasons) + ". Give a server's URL by -Dasync-lock.test.redis.url");
	}

	private static String givenUrl() {
		return System.getProperty("async-lock.test.redis.url",
				System.getenv().getOrDefault("ASYNC_LOCK_TEST_REDIS_URL", ""));
	}

	private static TestRedis byUrl() {
		if (givenUrl().isBlank()) {
			throw new IllegalStateException("No URL of a Redis was given: set async-lock.test.redis.url");
		}
		return new TestRedis("url", givenUrl());
	}

	@SuppressWarnings("resource") // Testcontainers stops it when this JVM ends
	private static TestRedis byDocker() {
		// A quick look before Testcontainers tries, and logs, all it knows.
		if (System.getenv("DOCKER_HOST") == null && DOCKER_SOCKETS.stream().noneMatch(Files::exists)) {
			throw new IllegalStateException("there is no Docker");
		}
		if (!DockerClientFactory.instance().isDockerAvailable()) {
			throw new IllegalStateException("Docker cannot be used");
		}
		String image = System.getProperty("async-lock.test.redis.image", "redis:7-alpine");
		GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(6379)
			.withStartupTimeout(Duration.ofMinutes(2));
		try {
			container.start();
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException("Docker could not start " + image + ": " + ex.getMessage(), ex);
		}
		return new TestRedis("docker", "redis://" + container.getHost() + ":" + container.getMappedPort(6379));
	}

	private static TestRedis byPath() {
		Path program = RedisExecutable.onPath("redis-server")
			.orElseThrow(() -> new IllegalStateException("there is no redis-server on the PATH"));
		return run("path", program);
	}

	private static TestRedis byEmbedded() {
		return run("embedded", RedisExecutable.embedded());
	}

	private static TestRedis run(String way, Path program) {
		try {
			return new TestRedis(way, RedisProcess.startProgram(program).url());
		}
		catch (UncheckedIOException | IllegalStateException ex) {
			throw new IllegalStateException(program + " could not be started: " + ex.getMessage(), ex);
		}
	}

}
