package io.github.asynclock.benchmarks.redis.child;

import java.util.Arrays;
import java.util.stream.IntStream;

import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Peer;

/**
 * Tasks that lock all the time, all the same key or each one of its own, with an action
 * that does nothing.
 */
final class Load {

	private final Tasks tasks;

	private final Exclusion exclusion;

	private final Locking[] all;

	private final long start;

	private final long end;

	Load(Peer peer, Exclusion exclusion, Message order) {
		boolean oneKey = order.text("keys").equals("one");
		int count = (int) order.number("tasks");
		this.tasks = new Tasks(peer, count);
		this.exclusion = oneKey ? exclusion : null;
		this.start = order.number("start");
		this.end = this.start + order.number("millis") * 1_000_000;
		this.all = IntStream.range(0, count)
			.mapToObj((i) -> new Locking(i + 1, oneKey ? order.text("key") : order.text("key") + i))
			.toArray(Locking[]::new);
	}

	Message run() throws InterruptedException {
		for (Locking task : this.all) {
			this.tasks.begin(task, this.start);
		}
		this.tasks.await();
		return Message.of("loaded")
			.with("counts", Arrays.stream(this.all).mapToLong((task) -> task.inTime))
			.with("count", Arrays.stream(this.all).mapToLong((task) -> task.count).sum());
	}

	private final class Locking implements Task {

		private final long id;

		private final String key;

		private long inTime;

		private long count;

		Locking(long id, String key) {
			this.id = id;
			this.key = key;
		}

		@Override
		public String key() {
			return this.key;
		}

		@Override
		public long id() {
			return this.id;
		}

		@Override
		public boolean goesOn() {
			return System.nanoTime() < Load.this.end;
		}

		@Override
		public void act() {
			Exclusion exclusion = Load.this.exclusion;
			if (exclusion != null) {
				exclusion.enter();
			}
			this.count++;
			if (System.nanoTime() < Load.this.end) {
				this.inTime++;
			}
			if (exclusion != null) {
				exclusion.leave();
			}
		}

	}

}
