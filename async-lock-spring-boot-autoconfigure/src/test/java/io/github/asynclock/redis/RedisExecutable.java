package io.github.asynclock.redis;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the {@code redis-server} program is that tests start servers with: on the PATH,
 * else the binary that embedded-redis brings. We use only its file: its own process
 * handling cannot stop, continue or kill a server.
 */
final class RedisExecutable {

	private static Path embedded;

	private RedisExecutable() {
	}

	/** What {@link RedisProcess} takes. */
	static Path find() {
		String given = System.getProperty("async-lock.test.redis.server", "");
		return (!given.isBlank()) ? Path.of(given) : onPath("redis-server").orElseGet(RedisExecutable::embedded);
	}

	static Optional<Path> onPath(String name) {
		for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			Path program = Path.of(folder.isEmpty() ? "." : folder, name);
			if (Files.isExecutable(program) && Files.isRegularFile(program)) {
				return Optional.of(program);
			}
		}
		return Optional.empty();
	}

	/**
	 * Unpacks the binary for this machine.
	 * @throws IllegalStateException if there is none
	 */
	static synchronized Path embedded() {
		if (embedded == null) {
			embedded = unpack(resource());
		}
		return embedded;
	}

	private static String resource() {
		String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
		String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
		boolean arm = processor.contains("aarch64") || processor.contains("arm64");
		if (system.contains("linux")) {
			return arm ? "redis-server-6.2.7-linux-arm64" : "redis-server-6.2.6-v5-linux-amd64";
		}
		if (system.contains("mac")) {
			return arm ? "redis-server-6.2.6-v5-darwin-arm64" : "redis-server-6.2.6-v5-darwin-amd64";
		}
		throw new IllegalStateException("There is no embedded Redis for " + system + " on " + processor
				+ ". Put a redis-server on the PATH, or give a server's URL by async-lock.test.redis.url");
	}

	private static Path unpack(String resource) {
		try (InputStream binary = RedisExecutable.class.getResourceAsStream("/" + resource)) {
			if (binary == null) {
				throw new IllegalStateException("embedded-redis has no " + resource);
			}
			Path folder = Files.createTempDirectory("async-lock-redis");
			Path program = folder.resolve("redis-server");
			Files.copy(binary, program);
			program.toFile().setExecutable(true);
			program.toFile().deleteOnExit();
			folder.toFile().deleteOnExit();
			return program;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
