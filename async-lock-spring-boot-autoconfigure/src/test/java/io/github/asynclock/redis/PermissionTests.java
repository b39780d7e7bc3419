package io.github.asynclock.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The user that the README's {@code ACL SETUSER} line makes, read from there.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
@ExtendWith(OutputCaptureExtension.class)
class PermissionTests {

	private RedisProcess[] servers = {};

	@AfterEach
	void stop() {
		Stream.of(this.servers).forEach(RedisProcess::close);
	}

	@Test
	void withTheReadmesPermissionsEverythingWorks(CapturedOutput output) {
		RedisProcess server = start();
		server.call(readmesLine());
		instances(server).excludeEachOther();
		assertThat(refused(server)).isEmpty();
		assertThat(output).doesNotContain("permission", "WARN");
	}

	@Test
	void alsoWithReplicasThatHaveToAcknowledge() {
		RedisProcess server = start();
		RedisProcess replica = start();
		server.call(readmesLine());
		replica.replicaOf(server);
		instances(server).with("async-lock.redis.min-replicas=1", "async-lock.redis.replica-timeout=5s")
			.excludeEachOther();
		assertThat(refused(server)).isEmpty();
	}

	@Test
	void alsoInACluster() {
		this.servers = IntStream.range(0, 3)
			.mapToObj((i) -> RedisProcess.start("cluster-enabled yes"))
			.toArray(RedisProcess[]::new);
		RedisProcess.cluster(List.of(this.servers));
		for (RedisProcess server : this.servers) {
			server.call(readmesLine());
			server.call(readmesLineForAClusterToo());
		}
		new WiredInstances("async-lock.redis.cluster.nodes=127.0.0.1:" + this.servers[0].port(),
				"async-lock.redis.username=locks", "async-lock.redis.password=s3cret")
			.excludeEachOther();
		for (RedisProcess server : this.servers) {
			assertThat(refused(server)).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "eval", "evalsha", "set", "get", "pexpire", "rpush", "lpop", "lset", "del", "time" })
	void aPermissionThatIsMissingFailsTheStartAndIsNamed(String command, CapturedOutput output) {
		RedisProcess server = start();
		server.call(readmesLine());
		server.call("ACL", "SETUSER", "locks", "-" + command);
		startFails(server);
		assertThat(output)
			.contains("APPLICATION FAILED TO START", "lacks permissions", command.toUpperCase(), "ACL SETUSER")
			.doesNotContain("s3cret");
	}

	@Test
	void keysThatAreNotTheUsersFailTheStart(CapturedOutput output) {
		RedisProcess server = start();
		server.call(readmesLine());
		server.call("ACL", "SETUSER", "locks", "resetkeys", "~other:*");
		startFails(server);
		assertThat(output).contains("APPLICATION FAILED TO START", "lacks permissions", "key");
	}

	@Test
	void withoutItsChannelsItWorksByPollingAndSaysSo(CapturedOutput output) {
		RedisProcess server = start();
		server.call(readmesLine());
		server.call("ACL", "SETUSER", "locks", "resetchannels");
		instances(server).with("async-lock.redis.poll-interval=50ms").excludeEachOther();
		assertThat(output).contains("lacks the permission to SUBSCRIBE", "lacks the permission to PUBLISH");
	}

	private RedisProcess start() {
		RedisProcess server = RedisProcess.start();
		this.servers = Stream.concat(Stream.of(this.servers), Stream.of(server)).toArray(RedisProcess[]::new);
		return server;
	}

	private static WiredInstances instances(RedisProcess server) {
		return new WiredInstances("async-lock.redis.url=" + server.url(), "async-lock.redis.username=locks",
				"async-lock.redis.password=s3cret");
	}

	private static void startFails(RedisProcess server) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE);
		assertThatException().isThrownBy(
				() -> application
					.run("--async-lock.redis.url=" + server.url(), "--async-lock.redis.username=locks",
							"--async-lock.redis.password=s3cret")
					.close());
	}

	/** What the server has refused to anybody. */
	private static List<?> refused(RedisProcess server) {
		return (List<?>) server.call("ACL", "LOG");
	}

	private static Object[] readmesLine() {
		return readmesLines().get(0).split(" ");
	}

	private static Object[] readmesLineForAClusterToo() {
		return readmesLines().get(1).split(" ");
	}

	private static List<String> readmesLines() {
		try (Stream<String> lines = Files.lines(Path.of("..", "README.md"))) {
			return lines.filter((line) -> line.startsWith("ACL SETUSER")).toList();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@SpringBootConfiguration
	@ImportAutoConfiguration(AsyncLockAutoConfiguration.class)
	static class App {

	}

}
