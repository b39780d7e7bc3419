package io.github.asynclock.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * What stands between the first of a local queue and its grant where the store has to be
 * asked: one {@link KeyHead} per key whose first one waits, one {@link Holding} per key
 * that is held. A key that is neither has nothing here.
 */
final class StoreGate {

	private final LockEngine engine;

	private final LockStore store;

	private final ConcurrentHashMap<String, KeyHead> heads = new ConcurrentHashMap<>();

	private final ConcurrentHashMap<Link, Holding> holdings = new ConcurrentHashMap<>();

	private final Renewals renewals;

	private volatile @Nullable CompletableFuture<Void> released;

	StoreGate(LockEngine engine, LockStore store) {
		this.engine = engine;
		this.store = store;
		this.renewals = new Renewals(engine, store, this.holdings.values());
		store.listen((engine.observer() == EngineObserver.NONE) ? new Told() : new Timed());
	}

	/**
	 * Asks for the first of a queue, until it is granted or dead.
	 * @param wait false: once
	 */
	void ask(PendingAcquire first, boolean wait) {
		KeyHead head = headedBy(first, wait);
		this.heads.put(first.key, head);
		head.ask();
	}

	private KeyHead headedBy(PendingAcquire first, boolean wait) {
		Duration lease = Duration.ofNanos(first.call().leaseNanos());
		return new KeyHead(this, first, this.store.attempt(List.of(first.key), lease, wait));
	}

	/**
	 * Asks the store once.
	 * @param answered told of the answer, or why there is none; no action starts on its
	 * thread
	 */
	void acquire(Attempt attempt, BiConsumer<LockStore.@Nullable Answer, @Nullable Throwable> answered) {
		CompletionStage<LockStore.Answer> answer;
		try {
			answer = this.store.acquire(attempt);
		}
		catch (Throwable ex) {
			answer = CompletableFuture.failedFuture(ex);
		}
		whenAnswered(answer, answered);
	}

	private static void whenAnswered(CompletionStage<LockStore.Answer> answer,
			BiConsumer<LockStore.@Nullable Answer, @Nullable Throwable> answered) {
		answer.whenComplete((given, failure) -> {
			boolean before = Starter.enterStore();
			try {
				answered.accept(given, failure);
			}
			finally {
				Starter.leaveStore(before);
			}
		});
	}

	/**
	 * Gives a grant back and asks for the next one of this JVM, behind the other
	 * instances.
	 */
	private CompletionStage<Boolean> pass(StoreGrant grant, PendingAcquire next) {
		KeyHead head = headedBy(next, true);
		head.begin(); // before a wake-up finds it
		this.heads.put(next.key, head);
		LockStore.Passed passed;
		try {
			passed = this.store.pass(grant, head.attempt());
		}
		catch (Throwable ex) {
			passed = new LockStore.Passed(CompletableFuture.failedFuture(ex), CompletableFuture.failedFuture(ex));
		}
		whenAnswered(passed.answer(), head::answered);
		leftIfDead(next);
		return passed.released();
	}

	/**
	 * Asks for one that heads its queue by now; for the next one where it is dead.
	 */
	void serve(@Nullable PendingAcquire first) {
		PendingAcquire alive = firstAlive(first);
		if (alive != null) {
			ask(alive, true);
			leftIfDead(alive);
		}
	}

	/** It may have died before it could be found here. */
	private void leftIfDead(PendingAcquire first) {
		if (first.state() == Link.DEAD) {
			left(first);
		}
	}

	@Nullable PendingAcquire firstAlive(@Nullable PendingAcquire first) {
		PendingAcquire at = first;
		while (at != null && at.state() == Link.DEAD) {
			at = this.engine.queues().next(at);
		}
		return at;
	}

	/**
	 * A waiting place has died: if it headed its queue, the turn passes on.
	 */
	void left(PendingAcquire place) {
		KeyHead head = this.heads.get(place.key);
		if (head != null) {
			head.left(place);
		}
	}

	/**
	 * Why the store cannot be asked for a key at present; null if it can.
	 */
	@Nullable Throwable failure(String key) {
		KeyHead head = this.heads.get(key);
		return (head != null) ? head.failure() : null;
	}

	/**
	 * A head is done with: granted, or nobody waits.
	 */
	void close(KeyHead head) {
		this.heads.remove(head.key(), head);
	}

	/**
	 * The store has granted the key to this place, which waits no longer.
	 */
	void granted(PendingAcquire place, StoreGrant grant) {
		holdIfTaken(place, grant);
		this.engine.granted(place);
		this.engine.handOver(place);
	}

	/**
	 * The place has its key by a grant of the store from here on.
	 */
	void hold(Link place, StoreGrant grant) {
		Holding holding = new Holding(place, grant);
		this.holdings.put(place, holding);
		this.renewals.watch(holding);
	}

	/**
	 * The same for a place that was granted just now. Where a shutdown, or somebody by
	 * force, has taken it away since, that found nothing to give back.
	 */
	void holdIfTaken(Link place, StoreGrant grant) {
		hold(place, grant);
		Holding holding = this.holdings.get(place);
		if (!place.isTaken() && holding != null && holding.leave()) {
			this.store.release(grant, Duration.ZERO);
			forget(place);
		}
	}

	/**
	 * A holder leaves: hands over to the next in this JVM if the store allows it, else
	 * releases and queues behind the other instances.
	 * @return the one that was handed over to
	 */
	@Nullable PendingAcquire leave(Link place, Duration rest) {
		Holding holding = this.holdings.get(place);
		PendingAcquire next = this.engine.queues().next(place);
		if (holding == null || !holding.leave()) {
			serve(next);
			return null;
		}
		try {
			return leave(place, holding, next, rest);
		}
		finally {
			forget(place);
		}
	}

	private @Nullable PendingAcquire leave(Link place, Holding holding, @Nullable PendingAcquire first, Duration rest) {
		PendingAcquire next = first;
		StoreGrant grant = holding.grant;
		boolean mayHandOver = rest.isZero() && holding.mayHandOver();
		while (next != null && mayHandOver && next.call().waitsForLastKey()) {
			StoreGrant successor = grant.handOver(Duration.ofNanos(next.call().leaseNanos()));
			if (successor == null) {
				break;
			}
			grant = successor;
			if (next.grant()) {
				holdIfTaken(next, grant);
				this.engine.observer().handedOver();
				return next;
			}
			next = this.engine.queues().next(next);
		}
		release(place, grant, firstAlive(next), rest);
		return null;
	}

	/** Only now: a shutdown waits for releases to be sent. */
	private void forget(Link place) {
		this.holdings.remove(place);
		CompletableFuture<Void> released = this.released;
		if (released != null && this.holdings.isEmpty()) {
			released.complete(null);
		}
	}

	/**
	 * Completes when nothing is held any more, and all releases were sent, provided that
	 * nothing new is granted.
	 */
	CompletableFuture<Void> released() {
		CompletableFuture<Void> released = new CompletableFuture<>();
		this.released = released;
		if (this.holdings.isEmpty()) {
			released.complete(null);
		}
		return released;
	}

	private void release(Link place, StoreGrant grant, @Nullable PendingAcquire next, Duration rest) {
		HeldLease lease = place.lease();
		boolean passes = next != null && rest.isZero();
		CompletionStage<Boolean> released = (next != null && passes) ? pass(grant, next)
				: this.store.release(grant, rest);
		if (lease != null) {
			lease.releasing(released);
		}
		if (!passes) {
			serve(next);
		}
	}

	/** What the store says unasked. */
	private class Told implements LockStore.Listener {

		@Override
		public void wakeUp(String key) {
			StoreGate.this.engine.observer().wokenUp();
			askAgain(key);
		}

		@Override
		public void askAgain(String key) {
			KeyHead head = StoreGate.this.heads.get(key);
			if (head != null) {
				head.wakeUp();
			}
		}

		@Override
		public void granted(Attempt attempt, LockStore.Answer.Granted answer) {
			StoreGate.this.engine.observer().wokenUp();
			StoreGrant grant = answer.grants().iterator().next();
			KeyHead head = StoreGate.this.heads.get(grant.key());
			boolean before = Starter.enterStore();
			try {
				if (head != null && head.attempt() == attempt) {
					head.granted(grant);
				}
				else {
					StoreGate.this.store.release(grant, Duration.ZERO);
				}
			}
			finally {
				Starter.leaveStore(before);
			}
		}

	}

	private final class Timed extends Told {

		@Override
		public boolean timesCommands() {
			return true;
		}

		@Override
		public void answered(long nanos, boolean failed) {
			StoreGate.this.engine.observer().answered(nanos, failed);
		}

	}

	LockStore store() {
		return this.store;
	}

	@Nullable Holding holding(Link place) {
		return this.holdings.get(place);
	}

	LockEngine engine() {
		return this.engine;
	}

	long token(Link place) {
		Holding holding = this.holdings.get(place);
		return (holding != null) ? holding.grant.token() : 0;
	}

	boolean isValid(Link place) {
		Holding holding = this.holdings.get(place);
		return holding != null && holding.isValid();
	}

}
