package io.github.asynclock.core;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.asynclock.LockClosedException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Shutdown: refuses what is new and what waits, drains what runs, tells the rest.
 */
abstract class ShutdownContract extends ServiceContract {

	@ParameterizedTest
	@EnumSource(Form.class)
	void newCallsAreRefusedAndDoNotRun(Form form) {
		Call holder = hold(this.key);
		service().shutdown();
		AtomicInteger runs = new AtomicInteger();
		for (String[] keys : new String[][] { { this.key }, { key("free") }, { key("free"), this.key },
				{ this.key, this.key + "-2" } }) {
			for (LockRequest request : List.of(patient(keys), atOnce(keys).orSkip())) {
				CompletableFuture<Integer> result = form.run(service(), request,
						(lease) -> done(runs.incrementAndGet()));
				assertThat(failure(result)).isInstanceOfSatisfying(LockClosedException.class, (closed) -> {
					assertThat(closed.keys()).isEqualTo(request.keys());
					assertThat(closed).hasMessageContaining(keys[0]);
				});
			}
		}
		holder.release();
		assertThat(runs).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void waitersAreRefusedAndDoNotRun(Form form) {
		Call holder = hold(this.key);
		Call waiting = call(form, patient(this.key));
		Call another = call(form, patient(this.key));
		Call ofSeveral = call(form, patient(key("a"), this.key));
		CompletableFuture<Void> drained = service().shutdown();
		assertThat(failure(waiting.result)).isInstanceOf(LockClosedException.class);
		assertThat(failure(another.result)).isInstanceOf(LockClosedException.class);
		assertThat(failure(ofSeveral.result)).isInstanceOfSatisfying(LockClosedException.class,
				(closed) -> assertThat(closed.keys()).containsExactly(key("a"), this.key));
		assertThat(drained).isNotDone();
		holder.release();
		get(drained);
		assertThat(waiting.hasStarted() || another.hasStarted() || ofSeveral.hasStarted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void runningActionsAreDrained(Form form) {
		Call one = hold(form, patient(key("one")));
		Call two = hold(form, patient(key("two"), key("three")));
		CompletableFuture<Void> drained = service().shutdown();
		one.release();
		assertThat(drained).isNotDone();
		assertThat(two.lease().isHeld()).isTrue();
		two.release();
		get(drained);
		assertThat(get(one.result)).isEqualTo("done");
		assertThat(get(two.result)).isEqualTo("done");
	}

	@Test
	void anIdleServiceIsDrainedAtOnce() {
		hold(this.key).release();
		get(service().shutdown());
		assertThat(service().shutdown()).isDone();
	}

	@Test
	void whatACallerDoesToTheDrainedFutureHasNoEffect() {
		Call holder = hold(this.key);
		service().shutdown().cancel(true);
		CompletableFuture<Void> drained = service().shutdown();
		assertThat(drained).isNotDone();
		holder.release();
		get(drained);
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void closeTellsWhatStillRunsThatItIsLost(Form form) {
		Call running = call(form, patient(key("a"), key("b")));
		running.lease();
		CompletableFuture<Void> told = running.lease().lost().toFuture();
		service().close();
		get(told);
		assertThat(running.lease().isHeld()).isFalse();
		running.end.complete("too late");
		assertThat(failure(running.result)).isInstanceOfSatisfying(LockLostException.class,
				(lost) -> assertThat(lost.keys()).containsExactly(key("a"), key("b")));
	}

	@Test
	void closeRefusesWaitersToo() {
		Call running = hold(this.key);
		Call waiting = call(patient(this.key));
		service().close();
		assertThat(failure(waiting.result)).isInstanceOf(LockClosedException.class);
		assertThat(failure(running.result)).isInstanceOf(LockLostException.class);
		assertThat(waiting.hasStarted()).isFalse();
		service().close();
	}

	@Test
	void aRunningActionMayReenterItsKeyWhileItIsDrained() {
		QueueingLockService other = service((builder) -> builder);
		String found = get(other.execute(LockRequest.of(this.key), (lease) -> {
			CompletableFuture<Void> drained = other.shutdown();
			List<String> inner = new CopyOnWriteArrayList<>();
			CompletableFuture<?>[] forms = Stream.of(Form.FUTURE, Form.MONO, Form.FLUX)
				.map((form) -> form.run(other, LockRequest.of(this.key), (again) -> done("re-entered"))
					.handle((value, failure) -> inner.add((failure != null) ? failure.toString() : value)))
				.toArray(CompletableFuture[]::new);
			inner.add(other.executeBlocking(LockRequest.of(this.key), (again) -> "re-entered"));
			assertThat(drained).isNotDone();
			return CompletableFuture.allOf(forms).thenApply((ended) -> String.join(", ", inner));
		}));
		assertThat(found).isEqualTo("re-entered, re-entered, re-entered, re-entered");
	}

	@Test
	void aCallThatWasGrantedButCouldNotStartYetIsToldByClose() {
		Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
		AtomicBoolean busy = new AtomicBoolean();
		AtomicInteger running = new AtomicInteger();
		use((builder) -> builder.executor((task) -> {
			if (busy.get()) {
				tasks.add(task);
			}
			else {
				running.incrementAndGet();
				task.run();
				running.decrementAndGet();
			}
		}));
		Call holder = hold(this.key);
		// Else it may go on with the next one itself: where it runs on a spare thread, it
		// is
		// not among those that run here, and is only followed once its end has a
		// dependent.
		until(() -> running.get() == 0 && holder.end.getNumberOfDependents() > 0);
		busy.set(true);
		Call granted = call(patient(this.key));
		holder.end.complete("done");
		until(() -> !tasks.isEmpty());
		service().close();
		assertThat(failure(granted.result)).isInstanceOf(LockClosedException.class);
		tasks.forEach(Runnable::run);
		assertThat(granted.hasStarted()).isFalse();
	}

	@Test
	void nothingStartsOnceShutdownHasReturned_whateverEntersMeanwhile() {
		long begun = System.nanoTime();
		for (int i = 0; goOn(i, 1000, begun); i++) {
			QueueingLockService service = service((builder) -> builder);
			Call holder = new Call(Form.FUTURE, service, LockRequest.of(this.key));
			holder.lease();
			CompletableFuture<String> waiting = service.execute(patient(this.key), (lease) -> done("ran"));
			CompletableFuture<Void> entering = CompletableFuture.runAsync(() -> {
				for (int n = 0; n < 20; n++) {
					service.execute(patient(this.key), (lease) -> done("ran"));
				}
			});
			CompletableFuture<Void> drained = service.shutdown();
			assertThat(drained).as("drained while one runs").isNotDone();
			holder.end.complete("done");
			assertThat(failure(waiting)).isInstanceOf(LockClosedException.class);
			get(holder.result);
			get(drained);
			get(entering);
			service.close();
		}
	}

}
