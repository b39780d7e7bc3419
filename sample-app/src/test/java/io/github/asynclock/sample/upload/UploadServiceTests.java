package io.github.asynclock.sample.upload;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.core.QueueingLockService;
import io.github.asynclock.local.LocalLockStore;
import io.github.asynclock.sample.CriticalSections;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * How to test a locked service without Redis and without Spring, on a clock that the test
 * moves: a virus scan of an hour takes no time. The clock is that of the service's own
 * work, Reactor's; the lock's own times cannot be faked, and do not matter here.
 */
@Timeout(60)
class UploadServiceTests {

	private static final Duration SCAN = Duration.ofHours(1);

	private final VirtualTimeScheduler clock = VirtualTimeScheduler.create();

	private final QueueingLockService locks = QueueingLockService.builder(new LocalLockStore()).build();

	private final UserRepository users = mock();

	private final StoredFileRepository files = mock();

	private final UploadService service = new UploadService(this.users, this.files, this.locks,
			() -> Mono.delay(SCAN, this.clock).then(), new CriticalSections());

	@BeforeEach
	void aUserHasRoomForBoth() {
		given(this.users.findById(1L)).willReturn(Mono.just(new User(1L, "Ada", 100)));
		given(this.files.sumOfOthers(anyLong(), any())).willReturn(Mono.just(0L));
		given(this.files.findByUserIdAndName(anyLong(), any())).willReturn(Mono.empty());
		given(this.files.save(any())).willAnswer(call -> Mono.just(call.<StoredFile>getArgument(0)));
	}

	@AfterEach
	void close() {
		this.clock.dispose();
		this.locks.close();
	}

	@Test
	void theSecondFileIsScannedWhenTheFirstIsStored() {
		CompletableFuture<StoredFile> first = this.service.store(file("first")).toFuture();
		CompletableFuture<StoredFile> second = this.service.store(file("second")).toFuture();
		assertThat(this.clock.getScheduledTaskCount()).as("scans begun").isEqualTo(1);

		this.clock.advanceTimeBy(SCAN.minusMillis(1));
		assertThat(first).isNotDone();
		this.clock.advanceTimeBy(Duration.ofMillis(1));
		assertThat(first.join().name()).isEqualTo("first");

		// Who has waited begins on a thread of the lock's.
		Awaitility.await().until(() -> this.clock.getScheduledTaskCount() == 2);
		assertThat(second).isNotDone();
		this.clock.advanceTimeBy(SCAN);
		assertThat(second.join().name()).isEqualTo("second");
	}

	private static StoredFile file(String name) {
		return new StoredFile(null, 1, name, 10, "0");
	}

}
