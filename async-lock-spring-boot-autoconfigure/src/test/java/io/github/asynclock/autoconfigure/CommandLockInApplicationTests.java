package io.github.asynclock.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.CommandLock;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.slf4j.MDC;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whose flow a call belongs to whose command lock takes time: the caller's, whatever
 * thread has the answer.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CommandLockInApplicationTests {

	private final Sinks.One<LockRequest> later = Sinks.one();

	private final CompletableFuture<String> work = new CompletableFuture<>();

	private final List<String> bodies = new CopyOnWriteArrayList<>();

	@Test
	void theCallersLeaseIsReenteredThoughAnotherThreadHasTheAnswer() {
		run((shop, locks) -> {
			CompletableFuture<String> future = locks.execute("pay", () -> shop.future(new Pay()));
			CompletableFuture<String> mono = locks.execute("pay", () -> shop.mono(new Pay()).toFuture());
			answerOnAnotherThread();
			this.work.complete("done");
			assertThat(get(future)).isEqualTo("done");
			assertThat(get(mono)).isEqualTo("done");
		});
	}

	@Test
	void theLeaseOfWhoGivesTheAnswerIsNotReentered() {
		run((shop, locks) -> {
			CompletableFuture<String> future = shop.future(new Pay());
			CompletableFuture<String> mono = shop.mono(new Pay()).toFuture();
			CompletableFuture<String> holder = locks.execute("pay", () -> {
				this.later.tryEmitValue(LockRequest.of("pay"));
				return this.work;
			});
			assertThat(this.bodies).isEmpty();
			assertThat(holder).isNotDone();
			future.cancel(true);
			mono.cancel(true);
			this.work.complete("done");
			get(holder);
		});
	}

	@Test
	void theActionHasTheCallersContext() {
		run((shop, locks) -> {
			CompletableFuture<String> future;
			try (MDC.MDCCloseable closeable = MDC.putCloseable("request", "mine")) {
				future = shop.future(new Pay());
			}
			answerOnAnotherThread();
			this.work.complete("done");
			get(future);
			assertThat(this.bodies).containsExactly("mine");
		});
	}

	private void answerOnAnotherThread() {
		get(CompletableFuture.runAsync(() -> this.later.tryEmitValue(LockRequest.of("pay")),
				(task) -> new Thread(task).start()));
	}

	private void run(InApplication test) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class))
			.withBean(PayLock.class, () -> new PayLock(this.later.asMono()))
			.withBean(Shop.class, () -> new Shop(this.work, this.bodies))
			.run((context) -> test.run(context.getBean(Shop.class), context.getBean(LockService.class)));
	}

	private static <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(30, TimeUnit.SECONDS).join();
	}

	/** What an application does. */
	@FunctionalInterface
	interface InApplication {

		void run(Shop shop, LockService locks);

	}

	record Pay() {

	}

	static class PayLock implements CommandLock<Pay> {

		private final Mono<LockRequest> answer;

		PayLock(Mono<LockRequest> answer) {
			this.answer = answer;
		}

		@Override
		public Mono<LockRequest> lockFor(Pay command) {
			return this.answer;
		}

	}

	static class Shop {

		private final CompletableFuture<String> work;

		private final List<String> bodies;

		Shop(CompletableFuture<String> work, List<String> bodies) {
			this.work = work;
			this.bodies = bodies;
		}

		@Locked
		public CompletableFuture<String> future(Pay command) {
			this.bodies.add(String.valueOf(MDC.get("request")));
			return this.work;
		}

		@Locked
		public Mono<String> mono(Pay command) {
			this.bodies.add("mono");
			return Mono.fromFuture(this.work);
		}

	}

}
