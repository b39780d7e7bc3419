package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.github.asynclock.core.LockStore.Answer;
import io.github.asynclock.core.LockStore.Listener;
import io.github.asynclock.core.LockStore.Passed;
import io.github.asynclock.core.StoreGrant;
import org.jspecify.annotations.Nullable;

/**
 * The open attempts of this instance: asks Redis for their keys, and knows whom a wake-up
 * is for.
 */
final class Attempts {

	private static final Answer NOT_WANTED = new Answer.Busy(Duration.ZERO);

	private static final int GRANTED = 1;

	private static final int BUSY = 0;

	private final RedisProtocol protocol;

	private final Closings closings;

	private final KeyNames names;

	private final InstanceId instance;

	private final RedisSettings settings;

	/** The last number of an attempt. */
	private final AtomicLong counter = new AtomicLong();

	/** Those that may wait in Redis, by what a wake-up says. */
	private final ConcurrentHashMap<String, RedisAttempt> waiting = new ConcurrentHashMap<>();

	private volatile @Nullable Listener listener;

	Attempts(RedisProtocol protocol, Closings closings, KeyNames names, InstanceId instance, RedisSettings settings) {
		this.protocol = protocol;
		this.closings = closings;
		this.names = names;
		this.instance = instance;
		this.settings = settings;
	}

	void listen(Listener listener) {
		this.listener = listener;
	}

	RedisAttempt open(List<String> keys, long leaseMillis, boolean enqueues) {
		KeyName[] names = keys.stream().map(this.names::of).toArray(KeyName[]::new);
		RedisAttempt attempt = new RedisAttempt(keys, names, leaseMillis, enqueues);
		if (enqueues) {
			// At once: a wake-up that finds none takes a number, too.
			this.waiting.compute(names[0].hint(), (hint, before) -> {
				attempt.number(this.counter.incrementAndGet());
				return attempt;
			});
		}
		else {
			attempt.number(this.counter.incrementAndGet());
		}
		return attempt;
	}

	CompletionStage<Answer> ask(RedisAttempt attempt) {
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		ask(attempt, answer, true);
		return answer;
	}

	private void ask(RedisAttempt attempt, CompletableFuture<Answer> answer, boolean first) {
		if (!attempt.asks()) {
			answer.complete(NOT_WANTED);
			return;
		}
		long number = attempt.counter();
		Reply<List<Object>> reply = this.protocol.acquire(attempt.names, number, attempt.leaseMillis,
				attempt.enqueues());
		whenAnswered(attempt, reply, answer, (parts) -> answered(attempt, number, parts, reply, answer, first));
	}

	/**
	 * Closes a clean lease and asks again, by one command.
	 */
	Passed pass(RedisHold hold, RedisAttempt attempt) {
		CompletableFuture<Answer> answer = new CompletableFuture<>();
		if (!attempt.asks()) {
			// Withdrawn by now, when there was nothing of it to be closed.
			answer.complete(NOT_WANTED);
			return new Passed(this.closings.close(hold, 0), answer);
		}
		long number = attempt.counter();
		Reply<List<Object>> reply = this.protocol.closeAndAsk(hold.name, hold.counter, number, attempt.leaseMillis);
		CompletionStage<Boolean> released = this.closings.closing(hold, reply);
		whenAnswered(attempt, reply, answer, (parts) -> {
			if (parts.size() == 1) {
				ask(attempt, answer, true); // that is left to us
			}
			else if (((Long) parts.get(1)).intValue() == GRANTED) {
				granted(attempt, holds(attempt, number, parts.subList(1, parts.size()), reply.sentAt), reply, answer);
			}
			else {
				attempt.busy(reply.sentAt, Long.parseLong((String) parts.get(2)));
				answer.complete(NOT_WANTED);
			}
		});
		return new Passed(released, answer);
	}

	private static void whenAnswered(RedisAttempt attempt, Reply<List<Object>> reply, CompletableFuture<Answer> answer,
			Consumer<List<Object>> then) {
		reply.whenComplete((parts, failure) -> {
			if (failure != null) {
				if (failure instanceof Failures.NotConnectedException) {
					attempt.notSent();
				}
				else {
					attempt.failed(Failures.isUnknown(failure));
				}
				answer.completeExceptionally(failure);
				return;
			}
			try {
				then.accept(parts);
			}
			catch (RuntimeException ex) {
				attempt.failed(true);
				answer.completeExceptionally(ex); // not what the script says
			}
		});
	}

	private void answered(RedisAttempt attempt, long number, List<Object> said, Reply<?> reply,
			CompletableFuture<Answer> answer, boolean first) {
		// One key, granted as it was asked for, is said with less.
		List<Object> parts = (said.get(0) instanceof String epoch) ? List.of((long) GRANTED, epoch, attempt.leaseMillis)
				: said;
		int code = ((Long) parts.get(0)).intValue();
		if (code == GRANTED) {
			granted(attempt, holds(attempt, number, parts, reply.sentAt), reply, answer);
		}
		else if (code == BUSY) {
			attempt.busy(reply.sentAt, Long.parseLong((String) parts.get(3)));
			answer.complete(busy(parts));
		}
		else {
			refused(attempt, answer, first);
		}
	}

	/** Only the one whose turn it is profits from asking as soon as the key is free. */
	private static Answer busy(List<Object> parts) {
		boolean turn = (Long) parts.get(2) == 1;
		return turn ? new Answer.Busy(Duration.ofMillis((Long) parts.get(1))) : NOT_WANTED;
	}

	/** A mark of our own is in the way: it is for the numbers up to another one. */
	private void refused(RedisAttempt attempt, CompletableFuture<Answer> answer, boolean first) {
		attempt.number(this.counter.incrementAndGet());
		if (first) {
			ask(attempt, answer, false);
		}
		else {
			attempt.answered();
			answer.completeExceptionally(new IllegalStateException(
					"a mark in Redis refuses all attempts of this instance; did somebody write it?"));
		}
	}

	private List<RedisHold> holds(RedisAttempt attempt, long number, List<Object> parts, long sentAt) {
		List<RedisHold> holds = new ArrayList<>(attempt.names.length);
		for (int i = 0; i < attempt.names.length; i++) {
			String epoch = (String) parts.get(1 + 2 * i);
			long lease = (Long) parts.get(2 + 2 * i);
			holds.add(new RedisHold(attempt.names[i], this.instance.get(), number, epoch, lease, sentAt, sentAt));
		}
		return holds;
	}

	private void granted(RedisAttempt attempt, List<RedisHold> holds, Reply<?> reply,
			CompletableFuture<Answer> answer) {
		if (this.settings.minReplicas() == 0) {
			use(attempt, holds, answer);
			return;
		}
		this.protocol.replicas(reply.line).whenComplete((count, failure) -> {
			if (failure == null && count >= this.settings.minReplicas()) {
				use(attempt, holds, answer);
			}
			else {
				giveBack(attempt, holds);
				answer.completeExceptionally(new IllegalStateException(
						(failure != null) ? "it is not known how many replicas have the lock: " + failure.getMessage()
								: "only " + count + " of " + this.settings.minReplicas() + " replicas have the lock"));
			}
		});
	}

	private void giveBack(RedisAttempt attempt, List<RedisHold> holds) {
		holds.forEach(RedisHold::dirty);
		attempt.failed(true);
		attempt.number(this.counter.incrementAndGet());
		holds.forEach((hold) -> this.closings.close(hold, 0));
	}

	private void use(RedisAttempt attempt, List<RedisHold> holds, CompletableFuture<Answer> answer) {
		long now = System.nanoTime();
		for (RedisHold hold : holds) {
			if (hold.deadline() - now <= 0) {
				// Asked again with the same number, it is granted with a later deadline.
				attempt.failed(true);
				answer.completeExceptionally(new IllegalStateException("its answer took longer than the lease"));
				return;
			}
		}
		boolean dirty = attempt.isDirty();
		if (!attempt.granted()) {
			answer.complete(NOT_WANTED);
			return;
		}
		forget(attempt);
		List<StoreGrant> grants = new ArrayList<>(holds.size());
		for (RedisHold hold : holds) {
			if (dirty) {
				hold.dirty();
			}
			grants.add(new RedisGrant(hold, this.settings, 0));
		}
		answer.complete(new Answer.Granted(grants));
	}

	private void forget(RedisAttempt attempt) {
		if (attempt.enqueues()) {
			this.waiting.remove(attempt.names[0].hint(), attempt);
		}
	}

	CompletionStage<Void> withdraw(RedisAttempt attempt) {
		RedisAttempt.Close close = attempt.close();
		forget(attempt);
		if (close == RedisAttempt.Close.NOTHING_LEFT) {
			return CompletableFuture.completedFuture(null);
		}
		boolean mark = close == RedisAttempt.Close.WITH_MARK;
		CompletableFuture<?>[] all = new CompletableFuture<?>[attempt.names.length];
		for (int i = 0; i < all.length; i++) {
			all[i] = this.closings.close(attempt.names[i], attempt.counter(), attempt.leaseMillis, mark)
				.toCompletableFuture();
		}
		return CompletableFuture.allOf(all);
	}

	/**
	 * What another instance says: that a key has been passed to an attempt of this one,
	 * or may be free.
	 */
	void told(String message) {
		PassedOn passed = PassedOn.of(message);
		if (passed == null) {
			hinted(message);
			return;
		}
		RedisAttempt attempt = this.waiting.get(passed.hint());
		RedisHold hold = (attempt != null)
				? attempt.passed(this.instance.get(), passed.counter(), passed.epoch(), passed.leaseMillis()) : null;
		Listener listener = this.listener;
		if (attempt == null || hold == null || listener == null) {
			hinted(passed.hint());
			return;
		}
		forget(attempt);
		listener.granted(attempt, new Answer.Granted(List.of(new RedisGrant(hold, this.settings, 0))));
	}

	/**
	 * A key may be free, and it is this instance's turn. If nobody here waits for it (any
	 * more), the turn passes on.
	 */
	private void hinted(String hint) {
		RedisAttempt attempt = this.waiting.get(hint);
		if (attempt == null) {
			attempt = passOn(hint);
		}
		Listener listener = this.listener;
		if (attempt != null && listener != null) {
			listener.wakeUp(attempt.keys().get(0));
		}
	}

	private @Nullable RedisAttempt passOn(String hint) {
		long[] number = new long[1];
		// All attempts with a lower number are over, then; a number of its own cannot be
		// that of a lease.
		RedisAttempt attempt = this.waiting.compute(hint, (same, found) -> {
			number[0] = (found == null) ? this.counter.incrementAndGet() : 0;
			return found;
		});
		if (number[0] > 0) {
			this.closings.close(this.names.ofHint(hint), number[0], 0, false);
		}
		return attempt;
	}

	/**
	 * All ask again.
	 */
	void wakeAll() {
		Listener listener = this.listener;
		if (listener != null) {
			this.waiting.values().forEach((attempt) -> listener.askAgain(attempt.keys().get(0)));
		}
	}

}
