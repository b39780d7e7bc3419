package io.github.asynclock.benchmarks.redis.child;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

import io.github.asynclock.benchmarks.redis.Message;
import io.github.asynclock.benchmarks.redis.peer.Peer;

/**
 * Keys that are held until they are dropped.
 */
final class HeldKeys {

	private static final int IN_FLIGHT = 64;

	private final Peer peer;

	private final List<CompletableFuture<Void>> actions = new ArrayList<>();

	private final List<CompletionStage<?>> runs = new ArrayList<>();

	HeldKeys(Peer peer) {
		this.peer = peer;
	}

	/** Answers when all are held. */
	Message take(Message order) {
		Semaphore inFlight = new Semaphore(IN_FLIGHT);
		int count = (int) order.number("keys");
		for (int i = 1; i <= count; i++) {
			CompletableFuture<Void> action = new CompletableFuture<>();
			this.actions.add(action);
			inFlight.acquireUninterruptibly();
			this.runs.add(this.peer.run(order.text("key") + i, i, () -> {
				inFlight.release();
				return action;
			}));
		}
		inFlight.acquireUninterruptibly(IN_FLIGHT);
		return Message.of("held");
	}

	/** Fails where a key was lost meanwhile. */
	Message drop() {
		int threads = ManagementFactory.getThreadMXBean().getThreadCount();
		this.actions.forEach((action) -> action.complete(null));
		this.runs.forEach((run) -> run.toCompletableFuture().join());
		this.actions.clear();
		this.runs.clear();
		return Message.of("dropped").with("threads", threads);
	}

}
