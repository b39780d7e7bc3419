package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.asynclock.sample.GatheringRemoteCall;
import io.github.asynclock.sample.ShopTest;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/** What is told of a run while it goes on. */
@ShopTest
class EventStreamTests {

	@Autowired
	private GatheringRemoteCall remoteCall;

	@Autowired
	private DatabaseClient database;

	@Autowired
	private Hub hub;

	@LocalServerPort
	private int port;

	private WebClient shop;

	private final List<Disposable> watching = new ArrayList<>();

	@BeforeEach
	void client() {
		this.shop = WebClient.create("http://127.0.0.1:" + this.port);
	}

	@AfterEach
	void everybodyWhoLeavesIsForgotten() {
		this.watching.forEach(Disposable::dispose);
		await().until(() -> this.hub.watchers() == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "items", "orders", "transfers", "uploads", "sync" })
	void everyCallIsToldInTheOrderOfTimeAndNothingOverlapsUnderTheLock(String scenario) {
		CompletableFuture<List<Event>> watched = watch(41);
		run(scenario, 41, true).join();
		List<Event> events = watched.join();

		assertThat(events.get(0).name()).isEqualTo("run");
		assertThat(events).filteredOn(event -> event.data().has("at"))
			.extracting(event -> event.data().get("at").asDouble())
			.isSorted();
		for (int number = 0; number < 41; number++) {
			List<String> states = statesOf(events, number);
			assertThat(states.get(0)).as("call %s", number).isEqualTo("asked");
			assertThat(states.get(states.size() - 1)).isIn("succeeded", "refused");
			assertThat(states.stream().filter("started"::equals).count())
				.isEqualTo(states.stream().filter("ended"::equals).count());
		}
		JsonNode summary = events.get(events.size() - 1).data().get("summary");
		assertThat(summary.get("wrong").asDouble()).isZero();
		assertThat(summary.get("lostUpdates").asInt()).isZero();
		assertThat(summary.get("dropped").asInt()).isZero();
		assertThat(summary.get("peak")).allSatisfy(peak -> assertThat(peak.asInt()).isEqualTo(1));
		assertThat(summary.get("words").asString()).startsWith("41 callers ")
			.contains(" with the lock: ", ", 1 at a time.");
	}

	@Test
	void theStockFallsByOneToZero() {
		CompletableFuture<List<Event>> watched = watch(42);
		run("items", 42, true).join();
		assertThat(watched.join()).filteredOn(event -> event.name().equals("stock"))
			.extracting(event -> event.data().get("expected").asInt() + " " + event.data().get("row").asInt())
			.containsExactlyElementsOf(
					IntStream.range(0, 21).mapToObj(sold -> (20 - sold) + " " + (20 - sold)).toList());
	}

	@Test
	void withoutALockEverybodyIsAtWorkAtOnceAndHalfIsSoldTooOften() {
		this.remoteCall.gather(60);
		CompletableFuture<List<Event>> watched = watch(60);
		run("items", 60, false).join();
		List<Event> events = watched.join();
		JsonNode summary = events.get(events.size() - 1).data().get("summary");
		assertThat(summary.get("words").asString()).isEqualTo(
				"60 callers bought 60 of 30 units without a lock: 30 oversold, 59 updates lost, up to 60 at a time.");
		assertThat(summary.get("wrong").asInt()).isEqualTo(30);
		assertThat(events).filteredOn(event -> event.data().path("harm").asBoolean(false)).hasSize(30);
		JsonNode waits = summary.get("waits");
		assertThat(List.of(waits.get("p50").asDouble(), waits.get("p90").asDouble(), waits.get("p99").asDouble(),
				waits.get("max").asDouble(), summary.get("durationMillis").asDouble()))
			.isSorted();
	}

	@Test
	void manyWatchAndSeeTheSameAlsoThoseWhoComeLate() {
		List<CompletableFuture<List<Event>>> early = IntStream.range(0, 20).mapToObj(number -> watch(43)).toList();
		await().until(() -> this.hub.watchers() == 20);
		run("items", 43, true).join();
		List<Event> late = watch(43).join();
		assertThat(late).hasSizeGreaterThan(4 * 43);
		assertThat(early).extracting(CompletableFuture::join).allSatisfy(events -> assertThat(events).isEqualTo(late));
	}

	@Test
	void whoLeavesInTheMiddleDisturbsNobody() {
		CompletableFuture<List<Event>> watched = watch(44);
		Disposable leaves = events().subscribe();
		await().until(() -> this.hub.watchers() == 2);
		this.remoteCall.gather(45);
		CompletableFuture<String> run = run("items", 44, false);
		await().until(() -> this.remoteCall.missing() == 1);
		leaves.dispose();
		await().until(() -> this.hub.watchers() == 1);
		this.remoteCall.answer().block();
		run.join();
		assertThat(watched.join()).isNotEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRunWhoseCallerLeavesIsStoppedAndLeavesNothing(boolean lock) {
		this.remoteCall.gather(1_000);
		CompletableFuture<List<Event>> watched = watch(46);
		Disposable run = post("items", 46, lock).subscribe();
		await().until(() -> this.remoteCall.missing() <= (lock ? 999 : 1_000 - 46));
		run.dispose();

		List<Event> events = watched.join();
		JsonNode summary = events.get(events.size() - 1).data().get("summary");
		assertThat(summary.get("aborted").asBoolean()).isTrue();
		assertThat(summary.get("words").asString())
			.isEqualTo("The run was stopped. 0 of 46 callers had their answer by then.");
		await().until(() -> this.database.sql("SELECT COUNT(*) FROM items WHERE id >= 1000")
			.mapValue(Long.class)
			.one()
			.block() == 0);
		this.remoteCall.letGo();
		this.remoteCall.gather(0);
		assertThat(run("items", 5, true).join()).contains("\"lostUpdates\":0");
	}

	@Test
	void runsThatAreAskedForTogetherComeOneAfterTheOther() {
		CompletableFuture<String> one = run("items", 47, true);
		CompletableFuture<String> other = run("orders", 48, true);
		assertThat(one.join()).contains("\"lostUpdates\":0");
		assertThat(other.join()).contains("\"timesCharged\":1");
	}

	@Test
	void anInstanceAloneSaysSo() {
		assertThat(this.shop.get().uri("/experiments/instances").retrieve().bodyToMono(Crew.class).block())
			.satisfies(crew -> {
				assertThat(crew.instances()).singleElement().asString().startsWith(this.port + "-");
				assertThat(crew.apart()).isZero();
				assertThat(crew.why()).isEqualTo("its locks are kept in this instance");
			});
	}

	private CompletableFuture<String> run(String scenario, int callers, boolean lock) {
		return post(scenario, callers, lock).toFuture();
	}

	private Mono<String> post(String scenario, int callers, boolean lock) {
		return this.shop.post()
			.uri("/experiments/{scenario}?callers={callers}&lock={lock}", scenario, callers, lock)
			.retrieve()
			.bodyToMono(String.class);
	}

	/** The events of the next run, or the last one, with so many callers. */
	private CompletableFuture<List<Event>> watch(int callers) {
		CompletableFuture<List<Event>> all = new CompletableFuture<>();
		int watchers = this.hub.watchers();
		this.watching.add(events().filter(event -> event.data() != null)
			.skipUntil(event -> event.data().path("callers").asInt(0) == callers)
			.takeUntil(event -> event.name().equals("summary"))
			.collectList()
			.timeout(Duration.ofMinutes(1))
			.subscribe(all::complete, all::completeExceptionally));
		await().until(() -> all.isDone() || this.hub.watchers() > watchers);
		return all;
	}

	private Flux<Event> events() {
		return this.shop.get()
			.uri("/experiments/events")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.retrieve()
			.bodyToFlux(new ParameterizedTypeReference<ServerSentEvent<JsonNode>>() {
			})
			.filter(event -> event.event() != null)
			.map(event -> new Event(event.event(), event.data()));
	}

	private static List<String> statesOf(List<Event> events, int call) {
		return events.stream()
			.map(Event::data)
			.filter(data -> data.has("state") && data.get("call").asInt() == call)
			.map(data -> data.get("state").asString())
			.toList();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(10));
	}

	record Event(String name, JsonNode data) {

	}

}
