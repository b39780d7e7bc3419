package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server, or what stands before it, that speaks RESP2 only: wake-ups come over a second
 * connection.
 */
@Timeout(120)
class OldProtocolTests {

	@Test
	void instancesWakeEachOther_alsoAfterTheirConnectionsWereCut() throws Exception {
		try (RedisProcess redis = RedisProcess.start("rename-command HELLO \"\"");
				OwnStore store = new OwnStore(redis.url(),
						(settings) -> settings.withPollInterval(Duration.ofMinutes(10)));
				OwnStore other = store.beside()) {
			for (int round = 0; round < 3; round++) {
				handOver(store, other, redis);
				handOver(other, store, redis);
				redis.call("CLIENT", "KILL", "TYPE", (round == 1) ? "normal" : "pubsub");
			}
		}
	}

	/** By a wake-up: the next poll would come far too late. */
	private static void handOver(OwnStore from, OwnStore to, RedisProcess redis) throws Exception {
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> first = from.service().execute("k", () -> {
			started.complete(null);
			return action;
		});
		started.get(20, TimeUnit.SECONDS);
		CompletableFuture<String> second = to.service().execute("k", () -> CompletableFuture.completedFuture("next"));
		RedisProcess.await("waits", 20, () -> redis.keys("{").stream().anyMatch((name) -> name.endsWith("}:q:k")));
		action.complete("first");
		assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("first");
		assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("next");
	}

}
