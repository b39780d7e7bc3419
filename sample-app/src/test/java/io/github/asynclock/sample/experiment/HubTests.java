package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.List;

import io.github.asynclock.sample.experiment.Message.Share;
import io.github.asynclock.sample.timeline.Change;
import io.github.asynclock.sample.timeline.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/** What an instance makes of what others tell. */
@Timeout(60)
class HubTests {

	private static final Duration SAFETY = Duration.ofSeconds(30);

	private final Sinks.Many<Message> others = Sinks.many().multicast().directBestEffort();

	private final Instance instance = mock();

	private volatile boolean unreachable;

	private Hub hub;

	@BeforeEach
	void open() {
		given(this.instance.name()).willReturn("one");
		given(this.instance.database()).willReturn(Mono.just("rows"));
		this.hub = new Hub(this.instance, new Others(), new JsonMapper(), List.of());
		this.hub.open();
	}

	@AfterEach
	void close() {
		this.hub.destroy();
	}

	@Test
	void oneBadMessageIsNotTheLastThatIsHeard() {
		// As from another version of the sample: nobody tells it, nobody has a share.
		tell(new Message.Changes(null, "run", 0, List.of()));
		tell(new Message.Start("other", "bad", "items", true, 1, null, 0, null, 0));
		tell(start("good"));
		// There are four callers only.
		tell(new Message.Changes("other", "good", 10,
				List.of(new Change(99, "item-1", State.ASKED, 5, false, null, null))));
		tell(new Message.End("other", "good", new Run(start("good"), new JsonMapper()).aborted("Stopped.")));

		List<String> events = this.hub.events()
			.filter(text -> text.startsWith("event: "))
			.skipUntil(text -> text.startsWith("event: run"))
			.takeUntil(text -> text.contains("event: summary"))
			.collectList()
			.block(SAFETY);
		assertThat(events.get(0)).contains("\"run\":\"good\"");
		assertThat(events.get(events.size() - 1)).contains("Stopped. 0 of 4 callers had their answer by then.");
	}

	@Test
	void whoBeginsToWatchIsToldWhichRunThereIs() {
		assertThat(hello()).contains("{\"run\":null,\"over\":true}");
		tell(start("good"));
		assertThat(hello()).contains("{\"run\":\"good\",\"over\":false}");
		tell(new Message.End("other", "good", new Run(start("good"), new JsonMapper()).aborted("Stopped.")));
		assertThat(hello()).contains("{\"run\":\"good\",\"over\":true}");
	}

	@Test
	void whereRedisDoesNotAnswerTheInstanceSaysThatItIsAloneAndWhy() {
		assertThat(this.hub.rollCall().block(SAFETY)).isEqualTo(new Crew(List.of("one"), 0, null));
		this.unreachable = true;
		assertThat(this.hub.rollCall().block(SAFETY))
			.isEqualTo(new Crew(List.of("one"), 0, "Redis does not answer at the moment"));
	}

	private String hello() {
		return this.hub.events().filter(text -> text.contains("event: hello")).blockFirst(SAFETY);
	}

	private void tell(Message message) {
		this.others.emitNext(message, Sinks.EmitFailureHandler.FAIL_FAST);
	}

	private static Message.Start start(String run) {
		return new Message.Start("other", run, "items", true, 4,
				new Subject(List.of(1L), List.of("item-1"), new Quantity("Stock", 2, -1, 0.0)), 0,
				List.of(new Share("other", 0, 4)), 0);
	}

	/** Other instances, as the test says. */
	private final class Others implements Bus {

		@Override
		public Flux<Message> messages() {
			return HubTests.this.others.asFlux();
		}

		@Override
		public Mono<Long> tell(Message message) {
			return HubTests.this.unreachable ? Mono.error(new IllegalStateException("no Redis")) : Mono.just(1L);
		}

		@Override
		public Mono<SharedClock> clock() {
			return Mono.just(SharedClock.OWN);
		}

	}

}
