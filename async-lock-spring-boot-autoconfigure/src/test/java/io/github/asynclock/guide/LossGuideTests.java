package io.github.asynclock.guide;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.github.asynclock.Lease;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** The guide's "What a lost lease means". The lease is lost by hold-at-most. */
@Timeout(60)
class LossGuideTests {

	@Test
	void aMonoIsCancelledAndItsCallerIsTold() {
		Application.of(Imports.class, Rows.class, Desk.class)
			.withPropertyValues("imports.hold-at-most=300ms")
			.run((context) -> {
				Rows rows = context.getBean(Rows.class);
				Throwable failure = Application.failure(context.getBean(Imports.class).load("prices"));
				assertThat(failure).isInstanceOf(LockLostException.class);
				Application.await(rows.cancelled);
				assertThat(rows.written).containsExactly("first row");
			});
	}

	@Test
	void whoCallsLooksWhatIsThereInsteadOfTryingAgain() {
		Application.of(Imports.class, Rows.class, Desk.class)
			.withPropertyValues("imports.hold-at-most=300ms")
			.run((context) -> assertThat(Application.get(context.getBean(Desk.class).loadAndTell("prices")))
				.startsWith("stopped after "));
	}

	@Test
	void withTimeEnoughNothingIsLost() {
		Application.of(Imports.class, Rows.class, Desk.class)
			.withPropertyValues("imports.hold-at-most=1h")
			.run((context) -> {
				context.getBean(Rows.class).endless = false;
				assertThat(Application.get(context.getBean(Desk.class).loadAndTell("prices"))).isEqualTo("1 rows");
			});
	}

	@Test
	void aFuturesWorkIsStoppedByWhatListensToTheLoss() {
		Application.of().run((context) -> {
			Conversion conversion = new Conversion();
			CompletableFuture<String> result = convert(context.getBean(LockService.class), conversion);
			Application.await(conversion.stopped);
			assertThat(Application.failure(result)).isInstanceOf(LockLostException.class);
		});
	}

	@Test
	void aLoopLooksWhetherItStillHolds() {
		Application.of().run((context) -> {
			List<Integer> written = new ArrayList<>();
			assertThatExceptionOfType(LockLostException.class)
				.isThrownBy(() -> copy(context.getBean(LockService.class), written));
			assertThat(written).isSubsetOf(0, 1);
		});
	}

	private static CompletableFuture<String> convert(LockService locks, Conversion conversion) {
		// tag::future[]
		LockRequest request = LockRequest.of("video-12").heldAtMost(Duration.ofMillis(50));
		return locks.execute(request, (lease) -> {
			// An outside process hears of no cancel.
			lease.lost().doOnSuccess((lost) -> conversion.stop()).subscribe();
			return conversion.start();
		});
		// end::future[]
	}

	private static int copy(LockService locks, List<Integer> written) {
		// tag::blocking[]
		LockRequest request = LockRequest.of("archive").heldAtMost(Duration.ofMillis(50));
		return locks.executeBlocking(request, (lease) -> {
			for (int row : rows(lease)) {
				if (!lease.isHeld()) {
					// Whatever is returned now, the caller gets LockLostException.
					break;
				}
				written.add(row);
			}
			return written.size();
		});
		// end::blocking[]
	}

	/** The third one comes when the lease is lost. */
	private static Iterable<Integer> rows(Lease lease) {
		return () -> IntStream.range(0, 10).peek((row) -> {
			if (row == 2) {
				lease.lost().block(Duration.ofSeconds(20));
			}
		}).iterator();
	}

	static class Imports {

		private final Rows rows;

		Imports(Rows rows) {
			this.rows = rows;
		}

		@Locked(key = "'import-' + #file", holdAtMost = "${imports.hold-at-most}")
		public Mono<Long> load(String file) {
			return this.rows.of(file).concatMap(this.rows::write).count();
		}

	}

	static class Desk {

		private final Imports imports;

		private final Rows rows;

		Desk(Imports imports, Rows rows) {
			this.imports = imports;
			this.rows = rows;
		}

		// tag::caller[]
		public Mono<String> loadAndTell(String file) {
			return this.imports.load(file)
				.map((count) -> count + " rows")
				.onErrorResume(LockLostException.class, (lost) -> Mono.just("stopped after " + this.rows.written()));
		}
		// end::caller[]

	}

	static class Rows {

		private final List<String> written = new CopyOnWriteArrayList<>();

		private final CountDownLatch cancelled = new CountDownLatch(1);

		private volatile boolean endless = true;

		Flux<String> of(String file) {
			Flux<String> more = this.endless ? Flux.never() : Flux.empty();
			return Flux.just("first row").concatWith(more).doOnCancel(this.cancelled::countDown);
		}

		Mono<String> write(String row) {
			this.written.add(row);
			return Mono.just(row);
		}

		int written() {
			return this.written.size();
		}

	}

	static final class Conversion {

		private final CountDownLatch stopped = new CountDownLatch(1);

		CompletableFuture<String> start() {
			return new CompletableFuture<>();
		}

		void stop() {
			this.stopped.countDown();
		}

	}

}
