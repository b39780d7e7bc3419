package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.github.asynclock.core.LockStore;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * What is asked at about the same time goes by one command, and is answered each for
 * itself.
 */
class BatchesTests {

	private static final long LEASE = 60_000;

	private final RedisSettings settings = RedisSettings.defaults()
		.withKeyPrefix(TestRedis.randomPrefix())
		.withCommandTimeout(Duration.ofSeconds(20));

	private final KeyNames names = new KeyNames(this.settings.keyPrefix());

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final InstanceId instance = new InstanceId();

	private RedisClient client;

	private LockConnection connection;

	private RedisCommands<String, String> redis;

	private RedisProtocol protocol;

	@BeforeEach
	void connect() {
		this.client = RedisClient.create(TestRedis.shared().uri());
		this.connection = new LockConnection(new ServerLineOpener(this.client, Duration.ofSeconds(20), null),
				this.timer, this.settings.commandTimeout().toNanos(), () -> {
				});
		this.connection.start().join();
		this.redis = this.client.connect().sync();
		this.protocol = new RedisProtocol(this.connection, this.connection, this.names, this.instance, this.settings,
				false);
	}

	@AfterEach
	void close() {
		this.connection.close();
		this.client.shutdown();
		this.timer.shutdownNow();
	}

	private KeyName key(int number) {
		return this.names.of("key-" + number);
	}

	private Reply<List<Object>> acquire(int key) {
		return acquire(key, 1);
	}

	private Reply<List<Object>> acquire(int key, long counter) {
		return this.protocol.acquire(new KeyName[] { key(key) }, counter, LEASE, true);
	}

	private Reply<List<Object>> release(int key) {
		return this.protocol.close(key(key), 1, 0, false, LEASE);
	}

	/** Asks while the connection's thread is busy, so that all of it waits there. */
	private <T> List<T> together(Function<Integer, T> asks, int count) throws Exception {
		CountDownLatch done = keepConnectionBusy();
		try {
			return IntStream.range(0, count).mapToObj(asks::apply).toList();
		}
		finally {
			done.countDown();
		}
	}

	private CountDownLatch keepConnectionBusy() {
		Thread here = Thread.currentThread();
		CountDownLatch done = new CountDownLatch(1);
		AtomicBoolean busy = new AtomicBoolean();
		while (!busy.get()) {
			CountDownLatch answered = new CountDownLatch(1);
			this.connection.send((commands) -> commands.ping()).whenComplete((pong, failure) -> {
				// Here if the answer was there before this was added.
				boolean there = Thread.currentThread() != here;
				busy.set(there);
				answered.countDown();
				if (there) {
					await(done);
				}
			});
			await(answered);
		}
		return done;
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static <T> List<T> answers(List<Reply<T>> replies) {
		List<T> answers = new ArrayList<>();
		replies.forEach((reply) -> answers.add(reply.orTimeout(20, TimeUnit.SECONDS).join()));
		return answers;
	}

	private long scriptsRun() {
		return this.redis.info("commandstats")
			.lines()
			.filter((line) -> line.startsWith("cmdstat_evalsha:"))
			.mapToLong((line) -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
			.sum();
	}

	@Test
	void whatIsAskedAtTheSameTimeGoesByOneCommand() throws Exception {
		answers(List.of(acquire(1000), release(1000)));
		long before = scriptsRun();
		List<List<Object>> granted = answers(together(this::acquire, 100));
		assertThat(scriptsRun() - before).as("of at most 32 each").isEqualTo(4);
		assertThat(granted).allSatisfy((reply) -> assertThat(reply).hasSize(1).first().isInstanceOf(String.class));
		for (int i = 0; i < 100; i++) {
			assertThat(this.redis.get(key(i).owner())).as("key %s", i)
				.isEqualTo("h:" + this.instance.get() + ":1:" + granted.get(i).get(0) + ":" + LEASE);
		}
		before = scriptsRun();
		assertThat(answers(together(this::release, 100))).containsOnly(List.of(1L));
		assertThat(scriptsRun() - before).isEqualTo(4);
		assertThat(this.redis.exists(IntStream.range(0, 100).mapToObj((i) -> key(i).owner()).toArray(String[]::new)))
			.isZero();
	}

	@Test
	void theTimeOfACommandIsTakenOnceHoweverManyAreAskedByIt() throws Exception {
		answers(List.of(acquire(1000), release(1000)));
		AtomicInteger answered = new AtomicInteger();
		LockStore.Listener listener = mock(LockStore.Listener.class);
		willAnswer((call) -> answered.incrementAndGet()).given(listener).answered(anyLong(), eq(false));
		answers(together((i) -> {
			this.connection.timing(listener); // not of what keeps the connection busy
			return acquire(i);
		}, 100));
		assertThat(answered).as("of at most 32 each").hasValue(4);
		answers(List.of(release(0), release(1)));
		assertThat(answered.get() - 4).isBetween(1, 2);
	}

	@Test
	void eachIsAnsweredForItself() throws Exception {
		answers(List.of(acquire(1, 7)));
		answers(List.of(this.protocol.close(key(2), 5, 0, true, LEASE)));
		this.redis.set(key(3).owner(), "of somebody else");
		this.redis.rpush(key(4).owner(), "of another type");
		List<Reply<List<Object>>> replies = together(this::acquire, 6);
		assertThat(replies.get(0).join().get(0)).as("granted").isInstanceOf(String.class);
		assertThat(replies.get(1).join().get(0)).as("busy").isEqualTo(0L);
		assertThat(replies.get(2).join()).as("refused").isEqualTo(List.of(-1L));
		assertThatThrownBy(() -> replies.get(3).join()).hasMessageContaining("is not a lock of async-lock");
		assertThatThrownBy(() -> replies.get(4).join()).hasMessageContaining("WRONGTYPE");
		assertThat(replies.get(5).join().get(0)).as("granted").isInstanceOf(String.class);

		List<Reply<List<Object>>> closed = together(this::release, 6);
		assertThat(closed.get(0).join()).as("held").isEqualTo(List.of(1L));
		assertThat(closed.get(1).join()).as("held by another number").isEqualTo(List.of(0L));
		assertThat(closed.get(5).join()).as("held").isEqualTo(List.of(1L));
		assertThat(this.redis.get(key(1).owner())).isNotNull();
		assertThat(this.redis.exists(key(0).owner(), key(5).owner())).isZero();
	}

	@Test
	void severalForOneKeyAreAnsweredInTheirOrder() throws Exception {
		List<List<Object>> replies = answers(together((i) -> acquire(0, i + 1), 3));
		assertThat(replies.get(0).get(0)).isInstanceOf(String.class);
		assertThat(replies.get(1).get(0)).isEqualTo(0L);
		assertThat(replies.get(2).get(0)).isEqualTo(0L);
		assertThat(this.redis.llen(key(0).queue())).as("one entry of this instance").isOne();
	}

	@Test
	void severalKeysGoWithOthers() throws Exception {
		List<List<Object>> replies = answers(together(
				(i) -> this.protocol.acquire(new KeyName[] { key(2 * i), key(2 * i + 1) }, 1, LEASE, false), 3));
		assertThat(replies).allSatisfy((reply) -> assertThat(reply).hasSize(5).first().isEqualTo(1L));
	}

	/** A script must not hold up other clients for long. */
	@Test
	void manyKeysAtATimeGoByCommandsOfTheirOwn() throws Exception {
		answers(List.of(acquire(1000), release(1000)));
		long before = scriptsRun();
		List<List<Object>> replies = answers(
				together((i) -> this.protocol.acquire(twenty(20 * i), 1, LEASE, false), 4));
		assertThat(scriptsRun() - before).as("of at most 32 keys each").isEqualTo(4);
		assertThat(replies).allSatisfy((reply) -> assertThat(reply).hasSize(41).first().isEqualTo(1L));
	}

	private KeyName[] twenty(int first) {
		return IntStream.range(first, first + 20).mapToObj(this::key).toArray(KeyName[]::new);
	}

	@Test
	void aScriptThatTheServerDoesNotKnowIsSentToIt() throws Exception {
		this.redis.scriptFlush();
		assertThat(answers(together(this::acquire, 40)))
			.allSatisfy((reply) -> assertThat(reply.get(0)).isInstanceOf(String.class));
	}

	@Test
	void whatTheConnectionDoesNotTakeFails() throws Exception {
		Line line = this.connection.start().join();
		line.close().join();
		String[] none = new String[0];
		ScriptCall call = new ScriptCall(Script.ACQUIRE, none, new String[] { "{x}" }, none);
		CompletableFuture<List<Object>> reply = line.run(call).toCompletableFuture();
		assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS)).hasMessageContaining("closed");
		assertThatThrownBy(() -> line.run(call).toCompletableFuture().get(20, TimeUnit.SECONDS))
			.hasMessageContaining("closed");
	}

}
