package io.github.asynclock.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.github.asynclock.LockException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Keys that are made to do harm, and users that may not do everything.
 */
class KeyAndAccessTests extends FaultTest {

	@Test
	void row15_aUserWithoutChannels_waitsByPolling() {
		RedisProcess redis = redis();
		redis.call("ACL", "SETUSER", "quiet", "on", ">secret", "~*", "resetchannels", "+@all");
		Fleet fleet = fleet(3, "redis://quiet:secret@127.0.0.1:" + redis.port(), "");
		fleet.worker(0).call("holds", "keys=k0");
		fleet.worker(0).started("holds");
		fleet.worker(1).call("waits", "keys=k0 micros=0");
		RedisProcess.await("waits", 10, () -> CrashTests.waiting(redis, fleet, "k0") == 1);
		fleet.worker(0).end("holds");
		long waited = fleet.worker(1).started("waits") - fleet.worker(0).ended("holds");
		fleet.load("loops=4 hold=5 several=20");
		awaitGrants(fleet.witness(), pick(50, 500));
		fleet.stop();
		fleet.witness().assertGood();
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		report(15, "withoutChannels releaseToGrant " + figures(List.of(waited)));
		assertThat(waited).isLessThanOrEqualTo(POLL + TimeUnit.MILLISECONDS.toNanos(100));
	}

	@Test
	void row15_aUserWithTheRightsThatReadmeGives_canDoAll() throws IOException {
		RedisProcess redis = redis();
		try (Stream<String> readme = Files.lines(Path.of("../README.md"))) {
			List<String> rules = readme.filter((line) -> line.startsWith("ACL SETUSER locks")).toList();
			assertThat(rules).isNotEmpty();
			rules.forEach((rule) -> redis.call((Object[]) rule.replace("async-lock:*", "test-*").split(" ")));
		}
		Fleet fleet = fleet(3, "redis://locks:s3cret@127.0.0.1:" + redis.port(), "");
		fleet.load("loops=4 hold=5 several=20");
		awaitGrants(fleet.witness(), pick(200, 2_000));
		fleet.stop();
		fleet.witness().assertGood();
		assertThat(fleet.witness().outcomes()).containsOnlyKeys("ok");
		fleet.assertClean(redis);
		for (Object entry : (List<?>) redis.call("ACL", "LOG")) {
			throw new AssertionError("Refused: " + entry);
		}
		report(15, "readmesRights grants=" + fleet.witness().grants() + " refused=0");
	}

	@ParameterizedTest
	@ValueSource(strings = { "eval", "evalsha" })
	void row15_aUserWithoutScripts_failsAtTheStart_namingThePermission(String forbidden) {
		RedisProcess redis = redis();
		redis.call("ACL", "SETUSER", "poor", "on", ">secret", "~*", "&*", "+@all", "-" + forbidden);
		assertThatThrownBy(
				() -> closing(new OwnStore("redis://poor:secret@127.0.0.1:" + redis.port(), (settings) -> settings)))
			.isInstanceOf(RedisPermissionException.class)
			.message()
			.containsIgnoringCase(forbidden)
			.doesNotContain("secret");
		report(15, "without " + forbidden + " failsAtStart=yes");
	}

	@Test
	void row15_aUserWithoutOurKeys_failsAtTheStart_namingThem() {
		RedisProcess redis = redis();
		redis.call("ACL", "SETUSER", "other", "on", ">secret", "~elsewhere:*", "&*", "+@all");
		assertThatThrownBy(
				() -> closing(new OwnStore("redis://other:secret@127.0.0.1:" + redis.port(), (settings) -> settings)))
			.isInstanceOf(RedisPermissionException.class)
			.hasMessageContaining("keys")
			.hasMessageContaining("~{<key-prefix>:*");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void row15_missingChannelsAreWarnedOf(CapturedOutput output) {
		RedisProcess redis = redis();
		redis.call("ACL", "SETUSER", "quiet", "on", ">secret", "~*", "resetchannels", "+@all");
		closing(new OwnStore("redis://quiet:secret@127.0.0.1:" + redis.port(), (settings) -> settings));
		assertThat(output.getAll()).contains("&").doesNotContain("secret");
	}

	@Test
	void row22_keysOfAnyForm_excludeEachOtherOnlyWhereTheyAreTheSame() throws Exception {
		RedisProcess redis = redis();
		String prefix = TestRedis.randomPrefix();
		LockService one = closing(new OwnStore(redis.url(), (settings) -> settings.withKeyPrefix(prefix))).service();
		LockService two = closing(new OwnStore(redis.url(), (settings) -> settings.withKeyPrefix(prefix))).service();
		String composed = Normalizer.normalize("caf\u00e9", Normalizer.Form.NFC);
		String decomposed = Normalizer.normalize("caf\u00e9", Normalizer.Form.NFD);
		List<String> keys = List.of("{a}", "a{b}", "}a", "}", "{", "{}", "}{", "{{a}}", "a}b{c", "%", "%25", "%h",
				"\ud800", "\udc00", "?", "\ufffd", "\ud83d\ude00", composed, decomposed, " a", "a ", "a\nb", "a\u0000b",
				"a:b", ":o:a", "x".repeat(1_000_000), "x".repeat(999_999) + "y", "x".repeat(1024), "x".repeat(1025),
				"*", "' + redis", "\u202ea");
		for (String key : keys) {
			CompletableFuture<String> action = new CompletableFuture<>();
			CompletableFuture<String> holder = hold(one, key, action);
			for (String other : keys) {
				assertThat(isFree(two, other)).as("%.20s while %.20s is held", other, key)
					.isEqualTo(!other.equals(key));
			}
			action.complete("done");
			holder.get(10, TimeUnit.SECONDS);
		}
		report(22, "keys=" + keys.size() + " pairs=" + keys.size() * keys.size() + " asExpected=all");
	}

	private static CompletableFuture<String> hold(LockService service, String key, CompletableFuture<String> action)
			throws Exception {
		CompletableFuture<Void> started = new CompletableFuture<>();
		CompletableFuture<String> holder = service.execute(key, () -> {
			started.complete(null);
			return action;
		});
		CompletableFuture.anyOf(started, holder).get(10, TimeUnit.SECONDS);
		return holder;
	}

	private static boolean isFree(LockService service, String key) {
		LockRequest request = LockRequest.of(key).waitingAtMost(Duration.ZERO);
		try {
			service.execute(request, (lease) -> CompletableFuture.completedFuture("ran")).get(10, TimeUnit.SECONDS);
			return true;
		}
		catch (Exception ex) {
			assertThat(ex).hasCauseInstanceOf(LockTimeoutException.class);
			return false;
		}
	}

	@Test
	void row22_aForeignTypeAtOurKey_isANamedError_neverAGrant() throws Exception {
		RedisProcess redis = redis();
		OwnStore store = closing(new OwnStore(redis.url(), (settings) -> settings));
		AtomicBoolean ran = new AtomicBoolean();
		for (String kind : List.of("o", "q", "a")) {
			String key = "key-" + kind;
			List<String> names = namesOf(redis, store, key);
			String name = names.get(0).replace("}:o:", "}:" + kind + ":");
			redis.call("DEL", name);
			redis.call(kind.equals("q") ? "SADD" : "LPUSH", name, "foreign");
			if (!kind.equals("o")) {
				// Only looked at while somebody holds the key.
				redis.call("SET", names.get(0), "h:somebody:1:1:60000", "PX", 60_000);
			}
			for (Duration wait : List.of(Duration.ZERO, Duration.ofMillis(700))) {
				CompletableFuture<String> result = store.service()
					.execute(LockRequest.of(key).waitingAtMost(wait), (lease) -> {
						ran.set(true);
						return CompletableFuture.completedFuture("ran");
					});
				assertThatThrownBy(() -> {
					try {
						result.orTimeout(10, TimeUnit.SECONDS).join();
					}
					catch (CompletionException ex) {
						throw ex.getCause();
					}
				}).isInstanceOf(LockException.class).hasMessageContaining(key);
			}
			assertThat(redis.call("EXISTS", name)).as("the foreign value of " + name).isEqualTo(1L);
		}
		assertThat(ran).isFalse();
		report(22, "foreignType grants=0");
	}

	/** What a key is called in Redis, the owner's name first. */
	private static List<String> namesOf(RedisProcess redis, OwnStore store, String key) throws Exception {
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> holder = hold(store.service(), key, action);
		List<String> names = redis.keys("{" + store.prefix())
			.stream()
			.filter((name) -> name.endsWith("}:o:" + key))
			.toList();
		action.complete("done");
		holder.get(10, TimeUnit.SECONDS);
		return names;
	}

	@Test
	void row26_instancesNeverHaveTheSameId() {
		RedisProcess redis = redis();
		Fleet fleet = fleet(3, redis.url(), "");
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).call("holds", "keys=k" + i);
			fleet.worker(i).started("holds");
		}
		List<String> instances = redis.keys("{" + fleet.prefix())
			.stream()
			.filter((name) -> name.contains("}:o:"))
			.map((name) -> String.valueOf(redis.call("GET", name)).split(":")[1])
			.toList();
		assertThat(instances).hasSize(3).doesNotHaveDuplicates();
		for (int i = 0; i < 3; i++) {
			fleet.worker(i).end("holds");
		}
		fleet.stop();
		report(26, "instances=3 differentIds=3");
	}

}
