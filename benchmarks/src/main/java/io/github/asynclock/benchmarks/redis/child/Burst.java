package io.github.asynclock.benchmarks.redis.child;

import java.util.stream.IntStream;

import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Peer;

/**
 * Many tasks that all ask for one key, once, at the same moment.
 */
final class Burst {

	private final Tasks tasks;

	private final Exclusion exclusion;

	private final Message order;

	private int ran;

	private long last;

	Burst(Peer peer, Exclusion exclusion, Message order) {
		this.tasks = new Tasks(peer, (int) order.number("tasks"));
		this.exclusion = exclusion;
		this.order = order;
	}

	Message run() throws InterruptedException {
		int count = (int) this.order.number("tasks");
		IntStream.rangeClosed(1, count)
			.forEach((id) -> this.tasks.begin(new Once(id, this.order.text("key")), this.order.number("start")));
		this.tasks.await();
		if (this.ran != count) {
			throw new IllegalStateException(this.ran + " of " + count + " ran");
		}
		return Message.of("done").with("last", this.last);
	}

	private final class Once implements Task {

		private final long id;

		private final String key;

		private boolean asked;

		Once(long id, String key) {
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
			boolean first = !this.asked;
			this.asked = true;
			return first;
		}

		@Override
		public void act() {
			Burst.this.exclusion.enter();
			Burst.this.ran++;
			Burst.this.last = System.nanoTime();
			Burst.this.exclusion.leave();
		}

	}

}
