package io.github.asynclock.sample.timeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class JournalTests {

	private static final int WRITERS = 4;

	private static final int EACH = 20_000;

	private final RunClock clock = new RunClock(System.nanoTime(), 0);

	@Test
	void whatFindsNoRoomIsDroppedAndCounted() {
		Journal journal = new Journal(3, this.clock);
		IntStream.range(0, 5).forEach(number -> new Call(journal, number).asked("key"));
		assertThat(journal.read().changes()).extracting(Change::call).containsExactly(0, 1, 2);
		assertThat(journal.dropped()).isEqualTo(2);
		assertThat(journal.read().changes()).isEmpty();
	}

	/** What a timeline that is put together of several journals relies on. */
	@Test
	void nothingFollowsFromBeforeTheTimeThatWasRead() throws InterruptedException {
		Journal journal = new Journal(WRITERS * EACH, this.clock);
		CountDownLatch writing = new CountDownLatch(WRITERS);
		for (int writer = 0; writer < WRITERS; writer++) {
			Call call = new Call(journal, writer);
			new Thread(() -> {
				IntStream.range(0, EACH).forEach(time -> call.asked("key"));
				writing.countDown();
			}).start();
		}

		List<Change> read = new ArrayList<>();
		long upTo = Long.MIN_VALUE;
		while (read.size() < WRITERS * EACH) {
			Journal.Reading reading = journal.read();
			for (Change change : reading.changes()) {
				assertThat(change.at()).isGreaterThanOrEqualTo(upTo);
			}
			read.addAll(reading.changes());
			upTo = reading.upTo();
		}
		writing.await();
		assertThat(journal.dropped()).isZero();
	}

	@Test
	void whereTheClockIsNotSureWorkIsShorterThanItMayHaveBeen() {
		Journal journal = new Journal(2, new RunClock(System.nanoTime(), 1_000_000_000));
		Call call = new Call(journal, 0);
		long before = System.nanoTime();
		call.working("key", Mono.just(1), value -> value).block();
		long took = System.nanoTime() - before;

		List<Change> changes = journal.read().changes();
		assertThat(changes).extracting(Change::state).containsExactly(State.STARTED, State.ENDED);
		assertThat(changes.get(1).at() - changes.get(0).at()).isLessThanOrEqualTo(took - 2_000_000_000);
	}

}
