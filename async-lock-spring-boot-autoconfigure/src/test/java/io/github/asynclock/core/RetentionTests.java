package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a queue keeps alive: no more than lives, whatever left it and in which order.
 */
class RetentionTests {

	private static final String KEY = "key";

	private final KeyQueues queues = new KeyQueues();

	@Test
	void waitersThatComeAndGoOneByOneLeaveOneBehind() {
		Link holder = hold();
		for (int i = 0; i < 100_000; i++) {
			withdraw(enter());
		}

		assertThat(linksAfter(holder)).isLessThanOrEqualTo(1);
		assertThat(this.queues.leave(holder)).isNull();
		assertThat(this.queues.size()).isZero();
	}

	@Test
	void waitersWithdrawnInAnyOrderLeaveOnlyThoseThatWait() {
		for (int seed = 0; seed < 20; seed++) {
			Link holder = hold();
			List<PendingAcquire> waiters = new ArrayList<>();
			for (int i = 0; i < 5_000; i++) {
				waiters.add(enter());
			}
			PendingAcquire alive = enter();
			Collections.shuffle(waiters, new Random(seed));
			waiters.forEach(this::withdraw);

			assertThat(holder.next).isSameAs(alive);
			assertThat(alive.previous).isSameAs(holder);
			assertThat(this.queues.leave(holder)).isSameAs(alive);
			assertThat(this.queues.leave(alive)).isNull();
			assertThat(this.queues.size()).isZero();
		}
	}

	private Link hold() {
		PendingAcquire holder = new PendingAcquire(KEY, TestCall.UNUSED);
		assertThat(this.queues.enterIfFree(holder)).isTrue();
		assertThat(holder.grant()).isTrue();
		return holder;
	}

	private PendingAcquire enter() {
		PendingAcquire waiter = new PendingAcquire(KEY, TestCall.UNUSED);
		this.queues.enter(waiter);
		return waiter;
	}

	private void withdraw(PendingAcquire waiter) {
		assertThat(waiter.die()).isTrue();
		this.queues.unlink(waiter);
	}

	private static int linksAfter(Link link) {
		int count = 0;
		for (Link at = link.next; at != null; at = at.next) {
			count++;
		}
		return count;
	}

}
