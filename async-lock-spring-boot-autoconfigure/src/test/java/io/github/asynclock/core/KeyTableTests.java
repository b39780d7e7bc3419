package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of keys, with so few buckets that all of them are shared.
 */
class KeyTableTests {

	private static final int KEYS = 50;

	private final KeyTable table = new KeyTable(2);

	private static PendingAcquire link(int key) {
		return new PendingAcquire("key-" + key, TestCall.UNUSED);
	}

	@Test
	void keysOfOneBucketDoNotDisturbEachOther() {
		List<PendingAcquire> links = new ArrayList<>();
		for (int i = 0; i < KEYS; i++) {
			links.add(link(i));
			assertThat(this.table.putIfAbsent(links.get(i))).isTrue();
			assertThat(this.table.putIfAbsent(link(i))).isFalse();
		}
		assertThat(this.table.size()).isEqualTo(KEYS);
		for (int i = 0; i < KEYS; i += 2) {
			PendingAcquire later = link(i);
			assertThat(this.table.put(later)).isSameAs(links.get(i));
			assertThat(this.table.remove(links.get(i))).as("is not its key's any more").isFalse();
			links.set(i, later);
		}
		assertThat(this.table.values()).containsExactlyInAnyOrderElementsOf(links);
		for (int i = KEYS - 1; i >= 0; i--) {
			assertThat(this.table.containsKey("key-" + i)).isTrue();
			assertThat(this.table.remove(links.get(i))).isTrue();
			assertThat(this.table.remove(links.get(i))).isFalse();
			assertThat(this.table.containsKey("key-" + i)).isFalse();
		}
		assertThat(this.table.size()).isZero();
	}

	@Test
	void aLinkPutWhereThereIsNoneHasNoFormerOne() {
		PendingAcquire first = link(1);
		assertThat(this.table.put(first)).isNull();
		assertThat(this.table.put(link(2))).isNull();
		assertThat(this.table.put(link(3))).isNull();
		assertThat(this.table.remove(first)).isTrue();
		assertThat(this.table.size()).isEqualTo(2);
	}

	@Test
	void fromManyThreadsOneAtATimeHasAKey() throws Exception {
		AtomicIntegerArray inside = new AtomicIntegerArray(KEYS);
		List<CompletableFuture<Integer>> threads = new ArrayList<>();
		for (int t = 0; t < 4; t++) {
			int thread = t;
			threads.add(CompletableFuture.supplyAsync(() -> takeAndRelease(inside, thread)));
		}
		int taken = 0;
		for (CompletableFuture<Integer> thread : threads) {
			taken += thread.get(60, TimeUnit.SECONDS);
		}
		assertThat(taken).isPositive();
		assertThat(this.table.size()).isZero();
	}

	private int takeAndRelease(AtomicIntegerArray inside, int thread) {
		int taken = 0;
		for (int i = 0; i < 100_000; i++) {
			int key = (i * 7 + thread) % KEYS;
			PendingAcquire link = link(key);
			if (this.table.putIfAbsent(link)) {
				taken++;
				assertThat(inside.incrementAndGet(key)).isEqualTo(1);
				inside.decrementAndGet(key);
				assertThat(this.table.remove(link)).isTrue();
			}
		}
		return taken;
	}

}
