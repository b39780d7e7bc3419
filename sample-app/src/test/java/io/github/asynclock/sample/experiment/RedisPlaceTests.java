package io.github.asynclock.sample.experiment;

import java.util.List;

import io.github.asynclock.autoconfigure.AsyncLockRedisConnectionDetails;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The timeline finds its Redis where the locks find theirs. */
class RedisPlaceTests {

	@Test
	void byAUrlWhoseLoginTheDetailsMayReplaceInPart() {
		RedisURI uri = RedisPlace.of(details(" rediss://ada:one@redis:6380/3 ", "", "two")).uri();
		assertThat(uri.getHost()).isEqualTo("redis");
		assertThat(uri.getPort()).isEqualTo(6380);
		assertThat(uri.getDatabase()).isEqualTo(3);
		assertThat(uri.isSsl()).isTrue();
		RedisCredentials login = uri.getCredentialsProvider().resolveCredentials().block();
		assertThat(login.getUsername()).isEqualTo("ada");
		assertThat(new String(login.getPassword())).isEqualTo("two");
	}

	@Test
	void bySentinels() {
		RedisURI uri = RedisPlace
			.of(details("redis-sentinel://one:26379,two:26380?sentinelMasterId=mymaster", null, null))
			.uri();
		assertThat(uri.getSentinelMasterId()).isEqualTo("mymaster");
		assertThat(uri.getSentinels()).extracting(RedisURI::getPort).containsExactly(26379, 26380);
	}

	@Test
	void byTheFirstNodeOfACluster() {
		RedisURI uri = RedisPlace.of(details("", null, null, "one:7001", "two:7002")).uri();
		assertThat(uri.getHost()).isEqualTo("one");
		assertThat(uri.getPort()).isEqualTo(7001);
	}

	@Test
	void notAtAllWhereTheLocksUseTheApplicationsOwn() {
		assertThat(RedisPlace.of(details(null, null, null))).isNull();
	}

	private static AsyncLockRedisConnectionDetails details(String url, String username, String password,
			String... nodes) {
		return new AsyncLockRedisConnectionDetails() {

			@Override
			public String getUrl() {
				return url;
			}

			@Override
			public List<String> getClusterNodes() {
				return List.of(nodes);
			}

			@Override
			public String getUsername() {
				return username;
			}

			@Override
			public String getPassword() {
				return password;
			}

		};
	}

}
