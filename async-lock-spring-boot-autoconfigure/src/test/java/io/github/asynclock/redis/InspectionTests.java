package io.github.asynclock.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.core.LockStore.Elsewhere;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is seen of a key from outside, whatever is at its name.
 */
class InspectionTests {

	private final String prefix = TestRedis.randomPrefix();

	private final KeyName key = new KeyNames(this.prefix).of("key");

	private final RedisClient client = RedisClient.create(TestRedis.shared().uri());

	private final RedisCommands<String, String> redis = this.client.connect().sync();

	private final RedisLockStore store = TestRedis.store((settings) -> settings.withKeyPrefix(this.prefix));

	@AfterEach
	void close() {
		this.store.close();
		this.client.shutdown();
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
	}

	private Elsewhere look() throws Exception {
		return get(this.store.inspect("key"));
	}

	@Test
	void aHolderWithoutATimeToLiveIsSeen() throws Exception {
		this.redis.set(this.key.owner(), "h:other:1:7:60000");
		assertThat(look().holder()).isEqualTo("other");
		assertThat(look().timeLeft()).as("of its own lease").isEqualTo(Duration.ofMinutes(1));
	}

	@Test
	void aRestWithoutATimeToLiveIsSeen() throws Exception {
		this.redis.set(this.key.owner(), "r:30000");
		assertThat(look().holder()).isNull();
		assertThat(look().timeLeft()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void noMoreTimeIsSeenThanWasGiven() throws Exception {
		this.redis.psetex(this.key.owner(), 600_000, "h:other:1:7:60000");
		assertThat(look().timeLeft()).as("after a clock was set back").isEqualTo(Duration.ofMinutes(1));
		this.redis.pexpire(this.key.owner(), 30_000);
		assertThat(look().timeLeft()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
	}

	@Test
	void whatIsNotOursIsNamedAndNeitherShownAsALockNorDeleted() {
		for (String foreign : List.of("somebody else's", "h:other", "r:", "r:10x", "hr:1")) {
			this.redis.set(this.key.owner(), foreign);
			assertThatThrownBy(() -> get(this.store.forceRelease("key"))).as(foreign)
				.hasMessageContaining(this.key.owner())
				.hasMessageContaining("not a lock of async-lock");
			assertThatThrownBy(this::look).as(foreign)
				.hasMessageContaining(this.key.owner())
				.hasMessageContaining("not a lock of async-lock");
			assertThat(this.redis.get(this.key.owner())).isEqualTo(foreign);
		}
		this.redis.del(this.key.owner());
		this.redis.hset(this.key.owner(), "field", "value");
		assertThatThrownBy(() -> get(this.store.forceRelease("key"))).hasMessageContaining("WRONGTYPE");
		assertThat(this.redis.type(this.key.owner())).isEqualTo("hash");
	}

	@Test
	void aHolderAndARestAreFreed() throws Exception {
		for (String ours : List.of("h:other:1:7:60000", "r:30000")) {
			this.redis.psetex(this.key.owner(), 60_000, ours);
			assertThat(get(this.store.forceRelease("key"))).isTrue();
			assertThat(this.redis.exists(this.key.owner())).isZero();
			assertThat(get(this.store.forceRelease("key"))).isFalse();
		}
	}

}
