package io.github.asynclock.core;

import java.lang.management.ManagementFactory;
import io.github.asynclock.LockRequest;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens of the local store across stores: a restarted context, or a second one.
 */
class LocalTokenSourceTests {

	@Test
	void s3_tokensRiseAcrossANewStore() {
		long last = 0;
		for (int i = 0; i < 200; i++) {
			try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore()).build()) {
				for (int n = 0; n < 5; n++) {
					long token = service.executeBlocking(LockRequest.of("key"), (lease) -> lease.fencingToken());
					assertThat(token).isGreaterThan(last);
					last = token;
				}
			}
		}
	}

	@Test
	void tokensFitTheOrderOfTheRedisStores() {
		// They begin when the first store of this JVM is made.
		long before = ManagementFactory.getRuntimeMXBean().getStartTime() * 1000 * 1024;
		try (QueueingLockService service = QueueingLockService.builder(new LocalLockStore()).build()) {
			long token = service.executeBlocking(LockRequest.of("key"), (lease) -> lease.fencingToken());
			assertThat(token).isGreaterThanOrEqualTo(before).isLessThan(Long.MAX_VALUE / 4);
		}
	}

}
