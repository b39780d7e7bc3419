package io.github.asynclock.redis;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockUnavailableException;
import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Two applications on each kind of server that properties can name: a real one each time.
 */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
@ExtendWith(OutputCaptureExtension.class)
class ServerKindsTests {

	private static final String URL = "async-lock.redis.url=";

	private RedisProcess[] servers = {};

	@TempDir
	private Path folder;

	@AfterEach
	void stop() {
		Stream.of(this.servers).forEach(RedisProcess::close);
	}

	@Test
	void oneServerAndADatabaseOfIt() {
		RedisProcess server = start();
		new WiredInstances(URL + server.url() + "/3").excludeEachOther();
		assertThat(server.info("db3")).startsWith("keys=");
		assertThatThrownBy(() -> server.info("db0")).hasMessageContaining("has no db0");
	}

	@Test
	void theConnectionHasAName() {
		RedisProcess server = start();
		new WiredInstances(URL + server.url()).runOne(
				(context) -> assertThat(String.valueOf(server.call("CLIENT", "LIST"))).contains("name=async-lock "));
	}

	@Test
	void aPasswordInTheUrl() {
		RedisProcess server = start("requirepass s3cret/@");
		new WiredInstances("async-lock.redis.url=redis://:s3cret%2F%40@127.0.0.1:" + server.port()).excludeEachOther();
	}

	@Test
	void aWrongPasswordIsSaidButNotShown(CapturedOutput output) {
		RedisProcess server = start("requirepass s3cret");
		new WiredInstances("async-lock.redis.url=redis://locks:inurl@127.0.0.1:" + server.port(),
				"async-lock.redis.password=inproperty")
			.runOne((context) -> {
				assertThatThrownBy(() -> context.getBean(LockService.class)
					.executeBlocking(LockRequest.of("key").waitingAtMost(Duration.ZERO), (lease) -> "no"))
					.isInstanceOf(LockUnavailableException.class)
					.hasMessageNotContaining("inproperty")
					.hasStackTraceContaining("WRONGPASS");
				assertThat(output).contains("WRONGPASS").doesNotContain("inproperty", "inurl");
			});
	}

	@Test
	void theApplicationsOwn() {
		RedisProcess server = start("requirepass s3cret");
		WiredInstances instances = new WiredInstances("async-lock.provider=redis", "spring.data.redis.host=127.0.0.1",
				"spring.data.redis.port=" + server.port(), "spring.data.redis.password=s3cret");
		instances.with(AutoConfigurations.of(DataRedisAutoConfiguration.class)).excludeEachOther();
	}

	@Test
	void tlsWithCertificatesInPem() {
		Certificates certificates = startWithTls("tls-auth-clients no");
		new WiredInstances(tlsUrl(), "async-lock.redis.ssl.bundle=locks",
				"spring.ssl.bundle.pem.locks.truststore.certificate=file:" + certificates.certificate())
			.excludeEachOther();
	}

	@Test
	void tlsWithAKeyStoreAndACertificateOfTheClient() {
		Certificates certificates = startWithTls("tls-auth-clients yes");
		String jks = "spring.ssl.bundle.jks.locks.";
		new WiredInstances("async-lock.redis.url=redis://127.0.0.1:" + tlsPort(), "async-lock.redis.ssl.bundle=locks",
				jks + "keystore.location=file:" + certificates.store(),
				jks + "keystore.password=" + Certificates.PASSWORD,
				jks + "truststore.location=file:" + certificates.store(),
				jks + "truststore.password=" + Certificates.PASSWORD)
			.excludeEachOther();
	}

	@Test
	void tlsWithACertificateOfTheClientInPem() {
		Certificates certificates = startWithTls("tls-auth-clients yes");
		String pem = "spring.ssl.bundle.pem.locks.";
		new WiredInstances(tlsUrl(), "async-lock.redis.ssl.bundle=locks",
				pem + "keystore.certificate=file:" + certificates.certificate(),
				pem + "keystore.private-key=file:" + certificates.key(),
				pem + "truststore.certificate=file:" + certificates.certificate())
			.excludeEachOther();
	}

	@Test
	void tlsWithACertificateThatIsNotCheckedAsTheUrlSays() {
		startWithTls("tls-auth-clients no");
		new WiredInstances(tlsUrl() + "?verifyPeer=NONE").excludeEachOther();
	}

	@Test
	void tlsWithACertificateThatNobodyTrustsIsNotConnectedTo() {
		startWithTls("tls-auth-clients no");
		new WiredInstances(tlsUrl(), "async-lock.redis.command-timeout=500ms").runOne((context) -> {
			LockService locks = context.getBean(LockService.class);
			assertThatThrownBy(() -> locks.executeBlocking(LockRequest.of("key").waitingAtMost(Duration.ofMillis(200)),
					(lease) -> "no"))
				.isInstanceOf(LockUnavailableException.class);
		});
	}

	@Test
	void whatSentinelsWatch() {
		start();
		add(RedisProcess.sentinel(this.servers[0].port(), 1));
		new WiredInstances(sentinelUrl()).excludeEachOther();
		assertThat(this.servers[0].keys("{async-lock:")).isNotEmpty();
	}

	@Test
	void whatSentinelsWatchWithPasswordsOfItsOwnAndOfTheirs() {
		start("requirepass data");
		add(RedisProcess.sentinel(this.servers[0].port(), 1, "requirepass watch", "sentinel auth-pass locks data"));
		new WiredInstances("async-lock.redis.password=ignored").with(new AsyncLockRedisConnectionDetails() {

			@Override
			public String getUrl() {
				return sentinelUrl().substring(URL.length());
			}

			@Override
			public String getPassword() {
				return "data";
			}

			@Override
			public String getSentinelPassword() {
				return "watch";
			}

		}).excludeEachOther();
	}

	@Test
	void aCluster() {
		startCluster();
		new WiredInstances(nodes()).excludeEachOther();
	}

	@Test
	void aClusterWithAPassword() {
		startCluster();
		Stream.of(this.servers).forEach((server) -> server.call("CONFIG", "SET", "requirepass", "s3cret"));
		new WiredInstances(nodes(), "async-lock.redis.password=s3cret").excludeEachOther();
	}

	private RedisProcess start(String... configuration) {
		RedisProcess server = RedisProcess.start(configuration);
		add(server);
		return server;
	}

	private void add(RedisProcess... more) {
		this.servers = Stream.of(this.servers, more).flatMap(Stream::of).toArray(RedisProcess[]::new);
	}

	private Certificates startWithTls(String configuration) {
		Certificates certificates = Certificates.in(this.folder, "server");
		int port = RedisProcess.freePort();
		start("tls-port " + port, "tls-cert-file " + certificates.certificate(), "tls-key-file " + certificates.key(),
				"tls-ca-cert-file " + certificates.certificate(), configuration);
		return certificates;
	}

	private String tlsUrl() {
		return "async-lock.redis.url=rediss://127.0.0.1:" + tlsPort();
	}

	private String tlsPort() {
		return String.valueOf(((List<?>) this.servers[0].call("CONFIG", "GET", "tls-port")).get(1));
	}

	private String sentinelUrl() {
		return URL + "redis-sentinel://127.0.0.1:" + this.servers[1].port() + "?sentinelMasterId=locks";
	}

	private void startCluster() {
		add(IntStream.range(0, 3)
			.mapToObj((i) -> RedisProcess.start("cluster-enabled yes"))
			.toArray(RedisProcess[]::new));
		RedisProcess.cluster(List.of(this.servers));
	}

	private String nodes() {
		return "async-lock.redis.cluster.nodes=127.0.0.1:" + this.servers[0].port() + ",127.0.0.1:"
				+ this.servers[1].port();
	}

}
