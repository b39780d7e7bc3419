package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import io.github.asynclock.LockRequest;
import io.github.asynclock.local.LocalLockStore;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * V5: nothing is left of a key that nobody uses, nor of a timer that is not needed.
 */
class LocalIdleTests extends ServiceContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

	private LockEngine engine() {
		return service().engine();
	}

	private void assertIdle() {
		assertThat(engine().queues().size()).as("keys").isZero();
		assertThat(engine().wheel().size()).as("timers").isZero();
	}

	@Test
	void v5_nothingIsLeftOfKeysThatWereUsed() {
		for (int i = 0; i < 1000; i++) {
			Form form = Form.values()[i % 3];
			get(form.run(service(), LockRequest.of(key("k" + i), key("l" + i)).heldAtMost(LONG),
					(lease) -> done("ran")));
			get(form.run(service(), LockRequest.of(key("k" + i)), (lease) -> done("ran")));
		}
		assertIdle();
	}

	@Test
	void v5_aWaiterHasOneTimerAndLeavesNoneHoweverItEnds() {
		Call holder = hold(this.key);
		assertThat(engine().wheel().size()).isZero();
		Call granted = call(patient(this.key));
		Call cancelled = call(patient(this.key));
		Call mono = call(Form.MONO, patient(this.key));
		Call blocking = call(Form.BLOCKING, patient(this.key));
		Call several = call(patient(key("a"), this.key));
		assertThat(engine().wheel().size()).isEqualTo(5);
		cancelled.result.cancel(true);
		mono.result.cancel(true);
		assertThat(engine().wheel().size()).isEqualTo(3);
		failure(call(LockRequest.of(this.key).waitingAtMost(Duration.ofMillis(5))).result);
		assertThat(engine().wheel().size()).isEqualTo(3);
		holder.release();
		granted.release();
		blocking.release();
		several.release();
		assertIdle();
	}

	@Test
	void v5_nothingIsLeftOfLimitsAndLeastHolds() {
		LockRequest limited = patient(this.key).heldAtMost(LONG);
		Call call = hold(limited);
		assertThat(engine().wheel().size()).isEqualTo(1);
		call.release();
		assertIdle();
		failure(hold(patient(this.key).heldAtMost(Duration.ofMillis(50))).result);
		until(() -> engine().queues().size() == 0);
		get(service().execute(patient(this.key).heldAtLeast(Duration.ofMillis(5)), (lease) -> done("ran")));
		until(() -> engine().queues().size() == 0);
		assertIdle();
	}

	@Test
	void v5_nothingIsLeftOfACallWhoseParentHasALimit() {
		Call parent = hold(patient(this.key).heldAtMost(LONG));
		var outer = io.github.asynclock.LeaseContext.swap(parent.lease());
		Call child = call(patient(this.key).heldAtMost(LONG));
		io.github.asynclock.LeaseContext.swap(outer);
		parent.release();
		child.release();
		assertIdle();
	}

	@Test
	void v5_nothingIsLeftAfterAStorm() {
		Random random = new Random(11);
		List<CompletableFuture<String>> results = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			Form form = Form.values()[random.nextInt(3)];
			String[] keys = random.nextBoolean() ? new String[] { key("k" + random.nextInt(10)) }
					: new String[] { key("k" + random.nextInt(10)), key("k" + random.nextInt(10)) };
			LockRequest request = LockRequest.of(keys)
				.waitingAtMost(random.nextBoolean() ? LONG : Duration.ofMillis(random.nextInt(10)));
			if (random.nextInt(4) == 0) {
				request = request.heldAtMost(Duration.ofMillis(1 + random.nextInt(10)));
			}
			boolean async = random.nextBoolean();
			results.add(form.run(service(), request,
					(lease) -> async ? CompletableFuture.supplyAsync(() -> "ran") : done("ran")));
			if (random.nextInt(3) == 0) {
				results.get(random.nextInt(results.size())).cancel(true);
			}
		}
		results.forEach((result) -> get(result.handle((value, failure) -> "any")));
		until(() -> engine().queues().size() == 0);
		assertIdle();
	}

	@Test
	void v5_waitingBlocksNoThread() {
		Call holder = hold(this.key);
		int before = Thread.activeCount();
		List<CompletableFuture<String>> waiting = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			waiting.add(Form.values()[i % 3].run(service(), patient(this.key), (lease) -> done("ran")));
		}
		// The timer's, and no more.
		assertThat(Thread.activeCount()).isLessThanOrEqualTo(before + 1);
		holder.release();
		waiting.forEach(ServiceContract::get);
		assertIdle();
	}

}
