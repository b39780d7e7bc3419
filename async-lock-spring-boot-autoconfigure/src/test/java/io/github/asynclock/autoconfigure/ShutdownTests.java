package io.github.asynclock.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ShutdownTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(AsyncLockAutoConfiguration.class, LifecycleAutoConfiguration.class, TaskExecutionAutoConfiguration.class));

	private final CompletableFuture<String> work = new CompletableFuture<>();

	@Test
	void aRunningActionEndsAndAWaiterIsRefused() {
		this.runner.run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> running = locks.execute("key", () -> this.work);
			CompletableFuture<String> waiting = locks.execute("key", () -> this.work);
			CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close);
			assertThatThrownBy(waiting::join).hasCauseInstanceOf(LockClosedException.class);
			assertThat(running).isNotDone();
			assertThat(closing).isNotDone();
			this.work.complete("done");
			closing.join();
			assertThat(running).isCompletedWithValue("done");
		});
	}

	@Test
	void anActionThatDoesNotEndIsToldThatItsLeaseIsLostBeforeTheWebServerStops() {
		Probe webServer = new Probe(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE);
		this.runner.withBean(Probe.class, () -> webServer)
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=1ms")
			.run((context) -> {
				CompletableFuture<String> running = context.getBean(LockService.class).execute("key", () -> this.work);
				webServer.onStop = () -> assertThatThrownBy(running::join).hasCauseInstanceOf(LockLostException.class);
				context.close();
				webServer.verify();
			});
	}

	@Test
	void newCallsWorkWhileTheWebServerDrains() {
		Probe webServer = new Probe(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
		this.runner.withBean(Probe.class, () -> webServer).run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> running = locks.execute("key", () -> this.work);
			webServer.onStop = () -> {
				CompletableFuture<String> waiting = locks.execute("key",
						() -> CompletableFuture.completedFuture("mine"));
				this.work.complete("done");
				assertThat(running.join()).isEqualTo("done");
				assertThat(waiting.join()).isEqualTo("mine");
			};
			context.close();
			webServer.verify();
			assertThatThrownBy(() -> locks.execute("key", () -> this.work).join())
				.hasCauseInstanceOf(LockClosedException.class);
		});
	}

	@Test
	void aContextThatIsStoppedOrPausedCanGoOn() {
		this.runner.run((context) -> {
			LockService locks = context.getBean(LockService.class);
			CompletableFuture<String> running = locks.execute("key", () -> this.work);
			context.getSourceApplicationContext().stop();
			context.getSourceApplicationContext().start();
			context.getSourceApplicationContext().pause();
			context.getSourceApplicationContext().restart();
			CompletableFuture<String> waiting = locks.execute("key", () -> this.work);
			this.work.complete("done");
			assertThat(running.join()).isEqualTo("done");
			assertThat(waiting.join()).isEqualTo("done");
		});
	}

	@Test
	void theCloseOfAChildContextIsNotOurs() {
		this.runner.run((context) -> {
			new ApplicationContextRunner().withParent(context).run((child) -> {
			});
			context.getSourceApplicationContext().stop();
			LockService locks = context.getBean(LockService.class);
			assertThat(locks.execute("key", () -> CompletableFuture.completedFuture("mine")).join()).isEqualTo("mine");
		});
	}

	@Test
	void theServiceOfAContextThatFailsToStartIsClosed() {
		this.runner.withBean(FailingUser.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThatThrownBy(() -> FailingUser.locks.execute("key", () -> this.work).join())
				.hasCauseInstanceOf(LockClosedException.class);
		});
	}

	@Test
	void isBetweenTheWebServersDrainAndItsStop() {
		assertThat(ClosingPhase.DRAIN).isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
			.isGreaterThan(ClosingPhase.ABANDON);
		assertThat(ClosingPhase.ABANDON).isGreaterThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE);
	}

	static final class FailingUser {

		private static LockService locks;

		FailingUser(LockService locks) {
			FailingUser.locks = locks;
			throw new IllegalStateException("fails");
		}

	}

	static final class Probe implements SmartLifecycle {

		private final int phase;

		private final CompletableFuture<Void> outcome = new CompletableFuture<>();

		private volatile boolean running;

		private volatile Runnable onStop = () -> {
		};

		Probe(int phase) {
			this.phase = phase;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			try {
				this.onStop.run();
				this.outcome.complete(null);
			}
			catch (Throwable ex) {
				this.outcome.completeExceptionally(ex);
			}
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

		@Override
		public int getPhase() {
			return this.phase;
		}

		void verify() {
			this.outcome.join();
		}

	}

}
