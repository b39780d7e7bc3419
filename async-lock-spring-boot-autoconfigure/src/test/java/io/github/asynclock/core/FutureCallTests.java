package io.github.asynclock.core;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who runs the dependents of a result that is delivered by the one who has to start the
 * next.
 */
class FutureCallTests extends ServiceContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

	private FutureCall<String> futureCall() {
		hold(this.key);
		FutureCall<?> waiter = (FutureCall<?>) service().execute(patient(this.key), (lease) -> done("ran"));
		Supplier<CompletableFuture<String>> action = () -> done("ran");
		return new FutureCall<>(waiter.terms(), this.key, action, null);
	}

	@Test
	void aDependentThatComesWhileTheResultIsDeliveredIsLeftToTheOneWhoAddsIt() throws InterruptedException {
		FutureCall<String> call = futureCall();
		assertThat(call.isUnobserved()).isTrue();
		AtomicReference<Thread> ranOn = new AtomicReference<>();
		Thread other = new Thread(() -> call.thenRun(() -> ranOn.set(Thread.currentThread())));
		other.start();
		until(() -> isIn(other, "observed"));

		// allOf adds its own unsaid; here it only keeps the delivery from being over.
		CountDownLatch delivering = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		CompletableFuture.allOf(call).thenRun(() -> {
			delivering.countDown();
			await(goOn);
		});
		Thread deliverer = new Thread(() -> call.deliver("ran"));
		deliverer.start();
		await(delivering);
		other.join(100);
		assertThat(ranOn).hasNullValue();
		goOn.countDown();
		other.join();
		deliverer.join();
		assertThat(ranOn).hasValue(other);
	}

	@Test
	void aCallbackOfTheDeliveryItselfMayAddDependents() {
		FutureCall<String> call = futureCall();
		assertThat(call.isUnobserved()).isTrue();
		CompletableFuture<String> inner = CompletableFuture.allOf(call)
			.thenCompose((done) -> call.thenApply(String::trim));
		call.deliver("ran");
		assertGiven(inner).isEqualTo("ran");
	}

	@Test
	void aDependentThatWasThereBeforeIsSeen() {
		FutureCall<String> call = futureCall();
		call.thenApply(String::trim);
		assertThat(call.isUnobserved()).isFalse();
	}

	private static boolean isIn(Thread thread, String method) {
		return Arrays.stream(thread.getStackTrace()).anyMatch((frame) -> frame.getMethodName().equals(method));
	}

}
