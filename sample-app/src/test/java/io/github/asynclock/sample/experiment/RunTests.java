package io.github.asynclock.sample.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.asynclock.sample.experiment.Message.Share;
import io.github.asynclock.sample.timeline.Change;
import io.github.asynclock.sample.timeline.State;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** How a run of two instances becomes one timeline. */
class RunTests {

	private static final String KEY = "item-1";

	private final Run run = new Run(new Message.Start("one", "run", "items", false, 4,
			new Subject(List.of(1L), List.of(KEY), new Quantity("Stock", 1, -1, 0.0)), 0,
			List.of(new Share("one", 0, 2), new Share("other", 2, 2)), 0), new JsonMapper());

	@Test
	void aChangeWaitsForThoseBeforeItOfTheOtherInstance() {
		tell("one", 30, change(0, State.ASKED, 10), change(0, State.STARTED, 25));
		assertThat(told()).isEmpty();
		tell("other", 20, change(2, State.ASKED, 15));
		assertThat(told()).containsExactly("0 asked", "2 asked");
		tell("other", 40, change(2, State.STARTED, 21));
		assertThat(told()).containsExactly("0 asked", "2 asked", "2 started", "0 started");
	}

	@Test
	void whoEndsWhenAnotherStartsDidNotMeetIt() {
		tell("one", 100, change(0, State.STARTED, 10), change(0, State.ENDED, 20));
		tell("other", 100, change(2, State.STARTED, 20), change(2, State.ENDED, 30));
		assertThat(this.run.overlaps()).isEqualTo(new Overlaps(1, 0));
	}

	@Test
	void overlapsOfTwoInstancesAreSeen() {
		tell("other", 100, change(2, State.STARTED, 19), change(2, State.ENDED, 30));
		tell("one", 100, change(0, State.STARTED, 10), change(0, State.ENDED, 20));
		assertThat(this.run.overlaps()).isEqualTo(new Overlaps(2, 1));
	}

	@Test
	void whatIsSoldBeyondTheStockDidHarm() {
		tell("one", 100, change(0, State.STARTED, 1), wrote(0, 0, 5), change(1, State.STARTED, 2), wrote(1, 0, 9));
		tell("other", 100);
		assertThat(events("stock")).satisfiesExactly(
				level -> assertThat(level).contains("\"expected\":0.0,\"row\":0.0", "\"harm\":false"),
				level -> assertThat(level).contains("\"expected\":-1.0,\"row\":0.0,\"wrong\":1.0,\"harm\":true"));
	}

	@Test
	void itIsDoneWhenAllAre() {
		this.run.add(new Message.Done("other", "run", Crowd.gone(2), 0));
		this.run.add(new Message.Done("other", "run", Crowd.gone(2), 0));
		assertThat(this.run.done().toFuture()).isNotDone();
		assertThat(this.run.silent(0)).extracting(Share::instance).containsExactly("one");
		this.run.add(new Message.Done("stranger", "run", Crowd.gone(9), 0));
		this.run.add(new Message.Done("one", "run", Crowd.gone(0), 3));
		assertThat(this.run.done().block().failures()).isEqualTo(Map.of("instance gone", 2));
		this.run.end(this.run.aborted("Stopped."));
		assertThat(events("summary")).singleElement().asString().contains("\"dropped\":3");
	}

	@Test
	void whoComesLateSeesAllFromTheBeginning() {
		tell("one", 100, change(0, State.ASKED, 10), change(0, State.REFUSED, 20));
		this.run.end(this.run.aborted("Stopped."));
		List<String> all = this.run.events().collectList().block();
		assertThat(all.get(0)).startsWith("event: run\n");
		assertThat(String.join("", all)).contains("Stopped. 1 of 4 callers had their answer by then.");
		assertThat(this.run.events().collectList().block()).isEqualTo(all);
	}

	@Test
	void waitsAreSaidAsPercentiles() {
		long[] waits = new long[100];
		Arrays.setAll(waits, index -> (100 - index) * 1_000_000L);
		assertThat(Waits.of(waits)).isEqualTo(new Waits(100, 50, 90, 99, 100));
		assertThat(Waits.of(new long[0])).isEqualTo(new Waits(0, 0, 0, 0, 0));
		assertThat(Waits.of(new long[] { 7_000_000 })).isEqualTo(new Waits(1, 7, 7, 7, 7));
	}

	@Test
	void callersAreSharedOut() {
		Crew crew = Crew.of("b", "rows", List.of(new Message.Here("c", "", "rows"), new Message.Here("a", "", "rows"),
				new Message.Here("d", "", "others")));
		assertThat(crew).isEqualTo(new Crew(List.of("b", "a", "c"), 1, null));
		assertThat(crew.shares(7)).containsExactly(new Share("b", 0, 3), new Share("a", 3, 2), new Share("c", 5, 2));
		assertThat(crew.shares(1)).containsExactly(new Share("b", 0, 1));
	}

	private void tell(String instance, long upTo, Change... changes) {
		this.run.add(new Message.Changes(instance, "run", upTo, List.of(changes)));
	}

	private static Change change(int call, State state, long at) {
		return new Change(call, KEY, state, at, false, null, null);
	}

	private static Change wrote(int call, double row, long at) {
		return new Change(call, KEY, State.ENDED, at, true, row, null);
	}

	private List<String> told() {
		JsonMapper json = new JsonMapper();
		return events("call").stream()
			.map(data -> json.readTree(data))
			.map(data -> data.get("call").asInt() + " " + data.get("state").asString())
			.toList();
	}

	private List<String> events(String name) {
		List<String> told = new ArrayList<>();
		this.run.events().subscribe(told::add).dispose();
		String text = String.join("", told);
		String prefix = "event: " + name + "\ndata: ";
		return Stream.of(text.split("\n\n"))
			.filter(event -> event.startsWith(prefix))
			.map(event -> event.substring(prefix.length()))
			.toList();
	}

}
