package io.github.asynclock.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The scripts, row by row of the tables in {@code docs/protocol.md}.
 */
class ProtocolTests {

	private static final long LEASE = 60_000;

	private final String prefix = TestRedis.randomPrefix();

	private final RedisSettings settings = RedisSettings.defaults()
		.withKeyPrefix(this.prefix)
		.withCommandTimeout(Duration.ofSeconds(20))
		.withPollInterval(Duration.ofSeconds(10));

	private final KeyNames names = new KeyNames(this.prefix);

	private final KeyName key = this.names.of("key");

	private final KeyName other = this.names.of("other");

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final InstanceId here = new InstanceId();

	private final InstanceId there = new InstanceId();

	private RedisClient client;

	private LockConnection connection;

	private RedisCommands<String, String> redis;

	private RedisProtocol one;

	private RedisProtocol two;

	@BeforeEach
	void connect() {
		this.client = RedisClient.create(TestRedis.shared().uri());
		this.connection = new LockConnection(new ServerLineOpener(this.client, Duration.ofSeconds(20), null),
				this.timer, this.settings.commandTimeout().toNanos(), () -> {
				});
		StatefulRedisConnection<String, String> plain = this.client.connect();
		this.redis = plain.sync();
		this.one = new RedisProtocol(this.connection, this.connection, this.names, this.here, this.settings, false);
		this.two = new RedisProtocol(this.connection, this.connection, this.names, this.there, this.settings, false);
	}

	@AfterEach
	void close() {
		this.connection.close();
		this.client.shutdown();
		this.timer.shutdownNow();
	}

	private List<Object> acquire(RedisProtocol who, long counter, boolean enqueue, KeyName... names) {
		List<Object> reply = who
			.acquire((names.length > 0) ? names : new KeyName[] { this.key }, counter, LEASE, enqueue)
			.join();
		// Granted as it was asked for: said with less.
		return (reply.get(0) instanceof String epoch) ? List.of(1L, epoch, LEASE) : reply;
	}

	private List<Object> close(RedisProtocol who, long counter, long rest, boolean mark) {
		return who.close(this.key, counter, rest, mark, LEASE).join();
	}

	private RedisHold hold(InstanceId who, long counter, List<Object> granted) {
		return new RedisHold(this.key, who.get(), counter, (String) granted.get(1), (Long) granted.get(2),
				System.nanoTime(), System.nanoTime());
	}

	private static void assertGranted(List<Object> reply) {
		assertThat(reply.get(0)).as("granted: " + reply).isEqualTo(1L);
	}

	private static void assertBusy(List<Object> reply) {
		assertThat(reply.get(0)).as("busy: " + reply).isEqualTo(0L);
	}

	private static void assertRefused(List<Object> reply) {
		assertThat(reply.get(0)).as("refused: " + reply).isEqualTo(-1L);
	}

	private static boolean isTurn(List<Object> busy) {
		return busy.get(2).equals(1L);
	}

	@Test
	void acquire1_aMarkOfThisOrALaterNumberRefuses() {
		close(this.one, 5, 0, true);
		assertRefused(acquire(this.one, 4, true));
		assertRefused(acquire(this.one, 5, true));
		assertThat(this.redis.exists(this.key.owner(), this.key.queue())).isZero();
		assertGranted(acquire(this.two, 1, true));
		assertBusy(acquire(this.one, 6, false));
	}

	@Test
	void acquire1_aMarkedKeyAmongSeveralRefusesAll() {
		close(this.one, 5, 0, true);
		assertRefused(acquire(this.one, 5, false, this.other, this.key));
		assertThat(this.redis.exists(this.other.owner())).isZero();
	}

	@Test
	void acquire2_whatIsMineIsGrantedAgainWithTheSameEpochAndNeverShortened() {
		List<Object> first = acquire(this.one, 1, true);
		this.redis.pexpire(this.key.owner(), 1_000);
		List<Object> again = this.one.acquire(new KeyName[] { this.key }, 1, 5_000, true).join();
		assertGranted(again);
		assertThat(again).as("with its own lease").isEqualTo(first);
		assertThat(this.redis.pttl(this.key.owner())).isGreaterThan(50_000);
		this.redis.pexpire(this.key.owner(), 10 * LEASE);
		acquire(this.one, 1, true);
		assertThat(this.redis.pttl(this.key.owner())).isGreaterThan(2 * LEASE);
	}

	@Test
	void acquire2_anotherNumberOfTheSameInstanceIsNotMine() {
		acquire(this.one, 1, true);
		assertBusy(acquire(this.one, 2, false));
		assertBusy(acquire(this.one, 11, false));
	}

	@Test
	void acquire2_aRestIsNobodys() {
		acquire(this.one, 1, true);
		close(this.one, 1, 30_000, false);
		List<Object> reply = acquire(this.one, 1, false);
		assertBusy(reply);
		assertThat((Long) reply.get(1)).isBetween(1L, 30_000L);
		assertThat(this.redis.pttl(this.key.owner())).isLessThanOrEqualTo(30_000);
	}

	@Test
	void acquire3_anOwnerWithoutATimeOrWithTooMuchGetsItsOwn() {
		acquire(this.one, 1, true);
		this.redis.persist(this.key.owner());
		assertBusy(acquire(this.two, 1, false));
		assertThat(this.redis.pttl(this.key.owner())).isBetween(1L, LEASE);
		this.redis.pexpire(this.key.owner(), 60 * LEASE);
		assertThat((Long) acquire(this.two, 1, false).get(1)).isLessThanOrEqualTo(LEASE);
		assertThat(this.redis.pttl(this.key.owner())).isBetween(1L, LEASE);
		close(this.one, 1, 10_000, false);
		this.redis.persist(this.key.owner());
		assertBusy(acquire(this.two, 1, false));
		assertThat(this.redis.pttl(this.key.owner())).isBetween(1L, 10_000L);
	}

	@Test
	void acquire4_aHeadThatHasDiedIsTakenOutAndTheNextIsTold() throws Exception {
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		enqueueFirst("dead", 0);
		enqueueFirst("deadtoo", 0);
		CopyOnWriteArrayList<String> hints = listen(this.there);
		this.redis.del(this.key.owner());
		assertBusy(acquire(this.one, 2, false));
		until(() -> hints.contains(this.key.hint()));
		assertThat(waiting()).containsExactly(this.there.get());
	}

	@Test
	void acquire4_aHeadWhoseTimeWasWrittenBeforeTheClockWasSetBackCountsFromNow() {
		long future = System.currentTimeMillis() + 3_600_000;
		enqueueFirst("setback", future);
		assertBusy(acquire(this.one, 1, true));
		String[] entry = this.redis.lindex(this.key.queue(), 0).split(":");
		assertThat(Long.parseLong(entry[3])).isLessThan(future - 3_000_000);
		assertThat(waiting()).containsExactly("setback", this.here.get());
	}

	@Test
	void acquire5_whoeverIsNotFirstInTheQueueIsNotGranted() {
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		close(this.one, 1, 0, false);
		assertBusy(acquire(this.one, 2, true));
		assertGranted(acquire(this.two, 1, true));
		assertThat(waiting()).containsExactly(this.here.get());
	}

	@Test
	void acquire5_epochsRiseWithTheClockAndNeverFall() {
		long before = System.currentTimeMillis() * 1000;
		long epoch = Long.parseLong((String) acquire(this.one, 1, true).get(1));
		assertThat(epoch).isBetween(before - 60_000_000, before + 600_000_000);
		long ahead = epoch + 1_000_000_000L;
		this.redis.set(this.key.fence(), Long.toString(ahead));
		close(this.one, 1, 0, false);
		assertThat(acquire(this.one, 2, true).get(1)).isEqualTo(Long.toString(ahead + 1));
		assertThat(this.redis.get(this.key.fence())).isEqualTo(Long.toString(ahead + 1));
		assertThat(this.redis.ttl(this.key.fence())).as("never expires").isEqualTo(-1);
	}

	@Test
	void acquire5_severalKeysThatShareACounterHaveDifferentEpochs() {
		KeyName same = sameStripe();
		List<Object> granted = acquire(this.one, 1, false, this.key, same);
		assertGranted(granted);
		assertThat(Long.parseLong((String) granted.get(3))).isGreaterThan(Long.parseLong((String) granted.get(1)));
	}

	private KeyName sameStripe() {
		for (int i = 0;; i++) {
			KeyName candidate = this.names.of("key" + i);
			if (candidate.stripe().equals(this.key.stripe())) {
				return candidate;
			}
		}
	}

	@Test
	void acquire5_severalKeysAreAllGrantedOrNone() {
		assertGranted(acquire(this.two, 1, false, this.other));
		assertBusy(acquire(this.one, 1, false, this.key, this.other));
		assertBusy(acquire(this.one, 2, false, this.other, this.key));
		assertThat(this.redis.exists(this.key.owner(), this.key.queue())).isZero();
		this.two.close(this.other, 1, 0, false, LEASE).join();
		assertGranted(acquire(this.one, 3, false, this.key, this.other));
		List<Object> again = acquire(this.one, 3, false, this.key, this.other);
		assertGranted(again);
		assertThat(again).hasSize(5);
	}

	@Test
	void acquire5_whereSomeAreMineTheOthersAreGrantedToo() {
		List<Object> both = acquire(this.one, 1, false, this.key, this.other);
		this.redis.del(this.other.owner());
		List<Object> again = acquire(this.one, 1, false, this.key, this.other);
		assertGranted(again);
		assertThat(again.get(1)).isEqualTo(both.get(1));
		assertThat(Long.parseLong((String) again.get(3))).isGreaterThan(Long.parseLong((String) both.get(3)));
	}

	@Test
	void acquire6_withoutWaitingNothingIsLeftBehind() {
		acquire(this.one, 1, true);
		assertBusy(acquire(this.two, 1, false));
		assertThat(this.redis.exists(this.key.queue())).isZero();
	}

	@Test
	void acquire7_waitersQueueOnceInOrderAndKnowWhoseTurnItIs() {
		InstanceId third = new InstanceId();
		RedisProtocol three = new RedisProtocol(this.connection, this.connection, this.names, third, this.settings,
				false);
		acquire(this.one, 1, true);
		assertThat(isTurn(acquire(this.two, 1, true))).isTrue();
		assertThat(isTurn(acquire(three, 1, true))).isFalse();
		assertThat(isTurn(acquire(this.two, 1, true))).isTrue();
		assertThat(isTurn(acquire(three, 1, true))).isFalse();
		assertThat(waiting()).containsExactly(this.there.get(), third.get());
		assertThat(this.redis.pttl(this.key.queue())).isBetween(1L, 100_000L);
	}

	@Test
	void acquire7_aLateCopyOfAnEarlierAttemptDoesNotMakeALaterOneOlder() {
		acquire(this.one, 1, true);
		acquire(this.two, 7, true);
		acquire(this.two, 3, true);
		close(this.two, 5, 0, false);
		assertThat(waiting()).containsExactly(this.there.get());
	}

	@Test
	void renew_extendsOnlyThisVeryGrantAndNeverShortens() {
		RedisHold hold = hold(this.here, 1, acquire(this.one, 1, true));
		this.redis.pexpire(this.key.owner(), 1_000);
		assertThat(this.one.renew(List.of(hold)).join()).containsExactly(1L);
		assertThat(this.redis.pttl(this.key.owner())).isGreaterThan(50_000);
		this.redis.pexpire(this.key.owner(), 10 * LEASE);
		assertThat(this.one.renew(List.of(hold)).join()).containsExactly(1L);
		assertThat(this.redis.pttl(this.key.owner())).isGreaterThan(2 * LEASE);
		this.redis.del(this.key.owner());
		List<Object> anew = acquire(this.one, 1, true);
		assertThat(anew.get(1)).isNotEqualTo(hold.epoch);
		assertThat(this.one.renew(List.of(hold, hold(this.here, 1, anew))).join()).as("by the epoch")
			.containsExactly(0L, 1L);
	}

	@Test
	void renew_neverCreatesWhatIsGoneAndSurvivesWhatIsNotOurs() {
		RedisHold hold = hold(this.here, 1, acquire(this.one, 1, true));
		this.redis.del(this.key.owner());
		assertThat(this.one.renew(List.of(hold)).join()).containsExactly(0L);
		this.redis.hset(this.key.owner(), "field", "value");
		assertThat(this.one.renew(List.of(hold)).join()).containsExactly(0L);
		assertThat(this.redis.type(this.key.owner())).isEqualTo("hash");
	}

	@Test
	void close1_freesOnlyItsOwn() {
		acquire(this.one, 2, true);
		close(this.one, 1, 0, false);
		close(this.two, 2, 0, false);
		assertBusy(acquire(this.two, 3, false));
		close(this.one, 2, 0, false);
		assertGranted(acquire(this.two, 3, false));
	}

	@Test
	void close2_takesOutOnlyEntriesUpToItsNumber() {
		acquire(this.one, 1, true);
		acquire(this.two, 2, true);
		close(this.two, 1, 0, false);
		assertThat(this.redis.llen(this.key.queue())).isEqualTo(1);
		close(this.two, 2, 0, false);
		assertThat(this.redis.exists(this.key.queue())).isZero();
	}

	@Test
	void close3_marksRiseAndExpire() {
		close(this.one, 5, 0, true);
		close(this.one, 3, 0, true);
		assertThat(this.redis.get(this.key.mark(this.here.get()))).isEqualTo("5");
		assertThat(this.redis.pttl(this.key.mark(this.here.get()))).isBetween(50_000L, 60_000L);
	}

	@Test
	void close4_theNextInLineIsTold_alsoByOneThatLeavesTheQueue() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		close(this.one, 1, 0, false);
		until(() -> hints.size() == 1);
		this.redis.del(this.key.owner());
		acquire(this.one, 2, true);
		enqueueFirst(this.there.get(), Long.MAX_VALUE / 1024);
		this.redis.del(this.key.owner());
		close(this.one, 3, 0, false);
		until(() -> hints.size() == 2);
		assertThat(hints.get(1)).isEqualTo(this.key.hint());
	}

	@Test
	void close4_nobodyIsToldWhileTheKeyIsHeldOrRests() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		close(this.one, 9, 0, false); // of no attempt
		close(this.one, 1, 30_000, false);
		this.redis.publish(this.names.channel() + this.there.get(), "end");
		until(() -> hints.contains("end"));
		assertThat(hints).containsExactly("end");
	}

	@Test
	void close5_theKeyIsPassedToTheNextInLineWhoListens() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.there);
		RedisHold hold = hold(this.here, 1, acquire(this.one, 1, true));
		List<Object> busy = acquire(this.two, 7, true);
		assertThat(busy.get(3)).as("the last epoch").isEqualTo(hold.epoch);
		assertThat(close(this.one, 1, 0, false)).containsExactly(1L);
		until(() -> hints.size() == 1);
		PassedOn passed = PassedOn.of(hints.get(0));
		assertThat(passed.hint()).isEqualTo(this.key.hint());
		assertThat(passed.counter()).isEqualTo(7);
		assertThat(passed.leaseMillis()).isEqualTo(LEASE);
		assertThat(Long.parseLong(passed.epoch())).isGreaterThan(Long.parseLong(hold.epoch));
		assertThat(this.redis.exists(this.key.queue())).isZero();
		assertThat(this.redis.pttl(this.key.owner())).isBetween(1L, LEASE);
		assertThat(acquire(this.two, 7, true)).containsExactly(1L, passed.epoch(), LEASE);
	}

	@Test
	void close5_whoDoesNotListenIsWokenUpAndKeepsItsPlace() {
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		assertThat(closeAndAsk(this.one, 1, 2).subList(0, 2)).containsExactly(1L, 0L);
		assertThat(this.redis.exists(this.key.owner())).isZero();
		assertThat(waiting()).containsExactly(this.there.get(), this.here.get());
		assertThat(this.redis.pttl(this.key.queue())).isBetween(1L, 200_000L);
		assertBusy(acquire(this.one, 2, true));
		assertGranted(acquire(this.two, 1, true));
	}

	@Test
	void close5_theTimeOfWhoDoesNotListenCountsFromThere() {
		acquire(this.one, 1, true);
		enqueueFirst(this.there.get(), 9007199254740991L);
		long before = System.currentTimeMillis();
		close(this.one, 1, 0, false);
		String[] entry = this.redis.lindex(this.key.queue(), 0).split(":");
		assertThat(entry).startsWith(this.there.get(), "1", String.valueOf(LEASE)).endsWith("50000").hasSize(5);
		assertThat(Long.parseLong(entry[3])).isBetween(before + 49_000, System.currentTimeMillis() + 51_000);
	}

	@Test
	void close5_whoWantsToAskItselfIsWokenUp() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.there);
		RedisProtocol asks = new RedisProtocol(this.connection, this.connection, this.names, this.there, this.settings,
				true);
		acquire(this.one, 1, true);
		acquire(asks, 1, true);
		close(this.one, 1, 0, false);
		until(() -> hints.contains(this.key.hint()));
		assertThat(this.redis.exists(this.key.owner())).isZero();
		assertGranted(acquire(asks, 1, true));
	}

	@Test
	void close5_aRestIsNotPassedOn() throws Exception {
		listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		close(this.one, 1, 30_000, false);
		assertThat(this.redis.get(this.key.owner())).isEqualTo("r:30000");
	}

	@Test
	void close6_whoAsksAgainIsGrantedAgainWhereNobodyWaits() {
		RedisHold first = hold(this.here, 1, acquire(this.one, 1, true));
		List<Object> again = closeAndAsk(this.one, 1, 2);
		assertThat(again.subList(0, 2)).containsExactly(1L, 1L);
		assertThat(Long.parseLong((String) again.get(2))).isGreaterThan(Long.parseLong(first.epoch));
		assertThat(this.redis.exists(this.key.queue())).isZero();
		assertThat(acquire(this.one, 2, true)).isEqualTo(again.subList(1, 4));
	}

	@Test
	void close6_whoAsksAgainQueuesUpBehindThoseThatWait() throws Exception {
		listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		List<Object> again = closeAndAsk(this.one, 1, 2);
		assertThat(again.subList(0, 2)).containsExactly(1L, 0L);
		assertThat(waiting()).containsExactly(this.here.get());
		assertThat(this.redis.get(this.key.owner())).startsWith("h:" + this.there.get() + ":1:" + again.get(2) + ":");
		assertBusy(acquire(this.one, 2, true));
		assertThat(waiting()).as("only once").containsExactly(this.here.get());
		assertThat(this.redis.pttl(this.key.queue())).isBetween(1L, 100_000L);
	}

	@Test
	void close6_anAliveUntilThatWasNotLookedUpCountsFromTheFirstLook() throws Exception {
		listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		closeAndAsk(this.one, 1, 2);
		acquire(this.two, 2, true);
		long till = Long.parseLong(this.redis.lindex(this.key.queue(), 0).split(":")[3]);
		assertThat(till).isBetween(System.currentTimeMillis() - 600_000, System.currentTimeMillis() + 600_000);
	}

	@Test
	void close6_whoDidNotHoldTheKeyIsNotEnqueued() {
		acquire(this.two, 1, true);
		assertThat(closeAndAsk(this.one, 1, 2)).containsExactly(0L);
		assertThat(this.redis.exists(this.key.queue())).isZero();
	}

	@Test
	void close6_anAttemptThatIsClosedIsNotEnqueued() {
		acquire(this.one, 1, true);
		close(this.one, 5, 0, true);
		assertThat(closeAndAsk(this.one, 1, 2)).containsExactly(1L);
		assertThat(this.redis.exists(this.key.queue(), this.key.owner())).isZero();
	}

	@Test
	void close6_anEntryOfTheHolderThatCameLateIsNotPassedTheKey() throws Exception {
		listen(this.here);
		acquire(this.one, 5, true);
		enqueueFirst(this.here.get(), Long.MAX_VALUE / 1024);
		List<Object> again = closeAndAsk(this.one, 5, 6);
		assertThat(again.subList(0, 2)).containsExactly(1L, 1L);
		assertThat(this.redis.get(this.key.owner())).startsWith("h:" + this.here.get() + ":6:");
	}

	@Test
	void close5_aLaterAttemptOfTheHolderIsPassedTheKeyLikeAnyOther() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.here);
		acquire(this.one, 5, true);
		acquire(this.one, 6, true); // sent before the release of the one before
		acquire(this.two, 1, true);
		close(this.one, 5, 0, false);
		until(() -> hints.size() == 1);
		assertThat(PassedOn.of(hints.get(0)).counter()).isEqualTo(6);
		assertThat(this.redis.get(this.key.owner())).startsWith("h:" + this.here.get() + ":6:");
		assertThat(waiting()).containsExactly(this.there.get());
	}

	@Test
	void close6_aQueueThatIsOnlyPassedAroundDoesNotExpire() throws Exception {
		listen(this.here);
		listen(this.there);
		acquire(this.one, 1, true);
		acquire(this.two, 1, true);
		this.redis.pexpire(this.key.queue(), 20_000);
		for (int i = 1; i <= 4; i++) {
			closeAndAsk(this.one, i, i + 1);
			closeAndAsk(this.two, i, i + 1);
		}
		assertThat(this.redis.pttl(this.key.queue())).isGreaterThan(20_000);
	}

	@Test
	void close_freesTheKeyWhateverSomebodyMadeOfTheQueue() {
		acquire(this.one, 1, true);
		this.redis.set(this.key.queue(), "somebody else's");
		assertThatThrownBy(() -> close(this.one, 1, 0, false)).hasMessageContaining("WRONGTYPE");
		assertThat(this.redis.exists(this.key.owner())).isZero();
	}

	@Test
	void close_epochsRiseOverManyPassesAndDoNotOutrunTheClock() {
		long last = Long.parseLong((String) acquire(this.one, 1, true).get(1));
		for (int i = 1; i <= 100; i++) {
			long next = Long.parseLong((String) closeAndAsk(this.one, i, i + 1).get(2));
			assertThat(next).isEqualTo(last + 1);
			last = next;
		}
		assertThat(Long.parseLong(this.redis.get(this.key.fence()))).isBetween(last, last + 16);
		close(this.one, 101, 0, false);
		List<String> time = this.redis.time();
		long micros = Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1));
		assertThat(Long.parseLong(this.redis.get(this.key.fence()))).isLessThanOrEqualTo(micros);
		assertThat(Long.parseLong((String) acquire(this.one, 102, true).get(1))).isGreaterThan(last);
	}

	private List<Object> free(String owner) {
		return this.one.free(this.key, owner).join();
	}

	@Test
	void free_aHolderIsClosedForAndTheKeyIsPassedOn() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.here);
		RedisHold hold = hold(this.there, 3, acquire(this.two, 3, true));
		acquire(this.one, 1, true);
		assertThat(this.one.closeFor(this.key, this.there.get(), "3").join()).containsExactly(1L);
		until(() -> hints.size() == 1);
		assertThat(PassedOn.of(hints.get(0)).counter()).isOne();
		assertThat(this.redis.get(this.key.owner())).startsWith("h:" + this.here.get() + ":1:");
		assertThat(this.two.renew(List.of(hold)).join()).as("finds out").containsExactly(0L);
		assertThat(this.one.closeFor(this.key, this.there.get(), "3").join()).as("once").containsExactly(0L);
	}

	@Test
	void free_aRestEndsAndTheNextInLineIsTold() throws Exception {
		CopyOnWriteArrayList<String> hints = listen(this.there);
		acquire(this.one, 1, true);
		close(this.one, 1, 30_000, false);
		acquire(this.two, 1, true);
		assertThat(free("r:30000")).containsExactly(1L);
		until(() -> hints.contains(this.key.hint()));
		assertThat(this.redis.exists(this.key.owner())).isZero();
		assertThat(waiting()).containsExactly(this.there.get());
		assertGranted(acquire(this.two, 1, true));
	}

	@Test
	void free_whatIsNotAsItWasSeenStays() {
		assertThat(free("r:30000")).as("absent").containsExactly(0L);
		acquire(this.one, 1, true);
		String owner = this.redis.get(this.key.owner());
		assertThat(free("r:30000")).as("granted meanwhile").containsExactly(0L);
		close(this.one, 1, 10_000, false);
		assertThat(free("r:30000")).as("another rest").containsExactly(0L);
		assertThat(free(owner)).as("a holder that has left").containsExactly(0L);
		assertThat(this.redis.get(this.key.owner())).isEqualTo("r:10000");
	}

	@Test
	void free_whatIsNoRestIsANamedErrorAndStays() {
		for (String other : List.of("somebody else's", "r:", "r:1x", "h:" + this.there.get() + ":1:7:60000")) {
			this.redis.set(this.key.owner(), other);
			assertThatThrownBy(() -> free(other)).as(other)
				.hasMessageContaining(this.key.owner())
				.hasMessageContaining("not a lock of async-lock");
			assertThat(this.redis.get(this.key.owner())).isEqualTo(other);
		}
		this.redis.del(this.key.owner());
		this.redis.xadd(this.key.owner(), "field", "value");
		assertThatThrownBy(() -> free("r:1")).hasMessageContaining("WRONGTYPE");
		assertThat(this.redis.type(this.key.owner())).isEqualTo("stream");
	}

	private List<Object> closeAndAsk(RedisProtocol who, long counter, long next) {
		return who.closeAndAsk(this.key, counter, next, LEASE).join();
	}

	/** The instances that wait, in order. */
	private List<String> waiting() {
		return this.redis.lrange(this.key.queue(), 0, -1).stream().map((entry) -> entry.split(":")[0]).toList();
	}

	@Test
	void aForeignValueIsANamedErrorAndNeverAGrant() {
		this.redis.set(this.key.owner(), "somebody else's", SetArgs.Builder.px(60_000));
		assertThatThrownBy(() -> acquire(this.one, 1, true)).hasMessageContaining(this.key.owner())
			.hasMessageContaining("not a lock");
		assertThat(this.redis.get(this.key.owner())).isEqualTo("somebody else's");
		this.redis.set(this.other.fence(), "not a number");
		assertThatThrownBy(() -> acquire(this.one, 1, true, this.other)).hasMessageContaining(this.other.fence());
		assertThat(this.redis.exists(this.other.owner())).isZero();
	}

	@Test
	void aForeignTypeIsANamedErrorAndNeverAGrant() {
		for (String name : List.of(this.key.owner(), this.key.queue(), this.key.mark(this.here.get()),
				this.key.fence())) {
			this.redis.xadd(name, "field", "value");
			assertThatThrownBy(() -> acquire(this.one, 1, true)).as(name).hasMessageContaining("WRONGTYPE");
			assertThat(this.redis.type(this.key.owner())).as(name).isIn("none", "stream");
			this.redis.del(name);
		}
		assertGranted(acquire(this.one, 1, true));
	}

	private void enqueueFirst(String who, long aliveUntil) {
		this.redis.lpush(this.key.queue(), who + ":1:" + LEASE + ":" + aliveUntil + ":50000");
	}

	private CopyOnWriteArrayList<String> listen(InstanceId who) throws Exception {
		CopyOnWriteArrayList<String> hints = new CopyOnWriteArrayList<>();
		StatefulRedisPubSubConnection<String, String> listening = this.client.connectPubSub();
		listening.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				hints.add(message);
			}

		});
		listening.async().subscribe(this.names.channel() + who.get()).get(20, TimeUnit.SECONDS);
		return hints;
	}

	private static void until(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(20));
			Thread.yield();
		}
	}

}
