package io.github.asynclock.benchmarks.redis.child;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Peer;

/**
 * One task that locks a key all the time and holds it long enough for the other JVM to
 * wait; and when each of its actions began and ended.
 */
final class Turns implements Task {

	private final Tasks tasks;

	private final Exclusion exclusion;

	private final String key;

	private final long start;

	private final long end;

	private final long holdMicros;

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final LongStream.Builder began = LongStream.builder();

	private final LongStream.Builder ended = LongStream.builder();

	Turns(Peer peer, Exclusion exclusion, Message order) {
		this.tasks = new Tasks(peer, 1);
		this.exclusion = exclusion;
		this.key = order.text("key");
		this.start = order.number("start");
		this.end = this.start + order.number("millis") * 1_000_000;
		this.holdMicros = order.number("holdMicros");
	}

	Message run() throws InterruptedException {
		this.tasks.begin(this, this.start);
		this.tasks.await();
		this.timer.shutdown();
		return Message.of("took-turns").with("began", this.began.build()).with("ended", this.ended.build());
	}

	@Override
	public String key() {
		return this.key;
	}

	@Override
	public long id() {
		return 1;
	}

	@Override
	public boolean goesOn() {
		return System.nanoTime() < this.end;
	}

	@Override
	public void act() {
		begin();
		Clock.sleepUntil(System.nanoTime() + this.holdMicros * 1_000);
		end();
	}

	@Override
	public CompletableFuture<Void> actLater() {
		begin();
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.timer.schedule(() -> {
			end();
			done.complete(null);
		}, this.holdMicros, TimeUnit.MICROSECONDS);
		return done;
	}

	private void begin() {
		this.began.add(System.nanoTime());
		this.exclusion.enter();
	}

	private void end() {
		this.exclusion.leave();
		this.ended.add(System.nanoTime());
	}

}
