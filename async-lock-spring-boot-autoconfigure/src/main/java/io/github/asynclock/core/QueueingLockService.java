package io.github.asynclock.core;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockException;
import io.github.asynclock.LockListener;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The {@link LockService}: callers of a key queue up in this JVM, strictly first come
 * first served; whoever is first asks the {@link LockStore}.
 */
public final class QueueingLockService implements LockService, AutoCloseable {

	private static final int TELLING_THREADS = 64;

	private static final int ACTION_THREADS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

	private final LockEngine engine;

	private QueueingLockService(Builder builder) {
		Spare spare = new Spare("async-lock-tell", TELLING_THREADS);
		Executor executor = (builder.executor != null) ? builder.executor : new Spare("async-lock", ACTION_THREADS);
		this.engine = new LockEngine(new KeyQueues(), builder.store, builder.settings(), new Starter(executor, spare),
				spare, SafeCarrier.of(builder.contextCarrier),
				new Listeners(builder.listeners, builder.observer, builder.heldWarningNanos, builder.inspected),
				builder.unitsOfWork);
	}

	/**
	 * A builder of a service on a store, which the service closes when it is closed.
	 */
	public static Builder builder(LockStore store) {
		return new Builder(store);
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> execute(LockRequest request,
			Function<? super Lease, ? extends CompletionStage<T>> action) {
		Objects.requireNonNull(request, "request");
		Objects.requireNonNull(action, "action");
		if (request.keys().size() > 1) {
			return executeMulti(request, action);
		}
		return executeSolo(request.keys().get(0), request, action);
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> execute(String key,
			Supplier<? extends CompletionStage<T>> action) {
		requireKey(key);
		Objects.requireNonNull(action, "action");
		return executeSolo(key, null, action);
	}

	/** The way of most calls: nothing is made that is not needed where nobody waits. */
	private <T extends @Nullable Object> CompletableFuture<T> executeSolo(String key, @Nullable LockRequest request,
			Object action) {
		Object asked = (request != null) ? request : key;
		LeaseContext.Slot thread = LeaseContext.slot();
		HeldLease scope = LockScope.of(thread);
		HoldTerms terms = this.engine.terms(key, request);
		SoloLease lease;
		try {
			lease = this.engine.takeNow(key, terms, scope);
		}
		catch (LockException ex) {
			terms.refused(ex);
			return CompletableFuture.failedFuture(ex);
		}
		if (lease != null) {
			return FutureRun.atOnce(thread, lease, asked, action);
		}
		FutureCall<T> call = new FutureCall<>(terms, asked, action, scope);
		PendingAcquire place = new PendingAcquire(key, call);
		call.waitsAs(place);
		long wait = this.engine.settings().waitNanos(request);
		if (this.engine.take(place, DeadlineWheel.in(wait), wait > 0)) {
			this.engine.handOver(call.start(place));
		}
		return call;
	}

	private <T extends @Nullable Object> CompletableFuture<T> executeMulti(LockRequest request, Object action) {
		HoldTerms terms = this.engine.terms(request);
		FutureCall<T> call = new FutureCall<>(terms, request, action, LockScope.ofThread());
		MultiAcquire multi = new MultiAcquire(call, request.keys(), this.engine.settings().waitNanos(request));
		call.waitsAs(multi);
		HeldLease lease = multi.advance();
		return (lease != null) ? FutureRun.atOnce(LeaseContext.slot(), lease, request, action) : call;
	}

	@Override
	public <T> Mono<T> executeMono(LockRequest request, Function<? super Lease, ? extends Mono<T>> action) {
		Objects.requireNonNull(request, "request");
		Objects.requireNonNull(action, "action");
		return LockedMono.of(this.engine, request, action);
	}

	@Override
	public <T> Flux<T> executeFlux(LockRequest request, Function<? super Lease, ? extends Publisher<T>> action) {
		Objects.requireNonNull(request, "request");
		Objects.requireNonNull(action, "action");
		return LockedFlux.of(this.engine, request, action);
	}

	@Override
	public <T extends @Nullable Object> @Nullable T executeBlocking(LockRequest request,
			Function<? super Lease, ? extends T> action) {
		Objects.requireNonNull(request, "request");
		Objects.requireNonNull(action, "action");
		if (Schedulers.isInNonBlockingThread()) {
			throw Messages.mustNotBlock(request.keys());
		}
		HeldLease lease = takeBlocking(request);
		return (lease != null) ? BlockingCall.run(lease, action) : null;
	}

	private @Nullable HeldLease takeBlocking(LockRequest request) {
		HeldLease scope = LockScope.ofThread();
		HoldTerms terms = this.engine.terms(request);
		long wait = this.engine.settings().waitNanos(request);
		BlockingCall call = new BlockingCall(terms, request, scope);
		if (request.keys().size() > 1) {
			MultiAcquire multi = new MultiAcquire(call, request.keys(), wait);
			HeldLease lease = multi.advance();
			return (lease != null) ? lease : call.await(multi);
		}
		String key = request.keys().get(0);
		HeldLease lease;
		try {
			lease = this.engine.takeNow(key, terms, scope);
		}
		catch (LockException ex) {
			terms.refused(ex);
			throw ex;
		}
		if (lease != null) {
			return lease;
		}
		PendingAcquire place = new PendingAcquire(key, call);
		if (this.engine.take(place, DeadlineWheel.in(wait), wait > 0)) {
			call.granted(place);
		}
		return call.await(place);
	}

	@Override
	public Mono<Boolean> isLocked(String key) {
		requireKey(key);
		return Mono.fromCompletionStage(() -> this.engine.isLocked(key));
	}

	/**
	 * The keys in use in this JVM: a snapshot, which disturbs nobody, but takes time for
	 * many keys and long queues.
	 * @param limit how many keys at most; which ones is not said
	 * @return sorted by key
	 */
	public List<LockState> locks(int limit) {
		return this.engine.inspector().locks(limit);
	}

	/**
	 * How many keys are in use in this JVM.
	 */
	public int lockCount() {
		return this.engine.queues().size();
	}

	/**
	 * A key as it is in this JVM now; null if nobody uses it here.
	 */
	public @Nullable LockState lock(String key) {
		requireKey(key);
		return this.engine.inspector().lock(key);
	}

	/**
	 * Who has a key, and who waits for it, among all instances; empty where the store
	 * knows no others.
	 */
	public Mono<LockStore.Elsewhere> elsewhere(String key) {
		requireKey(key);
		return Mono.defer(() -> {
			CompletionStage<LockStore.Elsewhere> found = this.engine.store().inspect(key);
			return (found != null) ? Mono.fromCompletionStage(found) : Mono.empty();
		});
	}

	/**
	 * Takes a key away from its holder, which is told that its lease is lost: one of this
	 * JVM at once, one elsewhere at its next renewal. Its action may run on, so this is
	 * for emergencies. All keys of a holder of this JVM are freed, whatever their least
	 * hold; a least hold that outlives its action is ended.
	 * @return whether the key was held
	 */
	public Mono<Boolean> forceRelease(String key) {
		requireKey(key);
		return Mono.fromCompletionStage(() -> this.engine.forcedRelease().release(key));
	}

	@SuppressWarnings("NullAway") // what it is about
	private static void requireKey(@Nullable String key) {
		if (key == null || key.isBlank()) {
			LockRequest.of(key); // has the words for it
		}
	}

	/**
	 * Begins to shut down: new calls and those that wait get {@link LockClosedException};
	 * what runs goes on.
	 * @return completes when all running actions have ended; completing or cancelling it
	 * has no effect here
	 */
	public CompletableFuture<Void> shutdown() {
		return this.engine.shutdown();
	}

	/**
	 * Ends what {@link #shutdown} left: actions that still run get
	 * {@link LockLostException} and their keys are freed.
	 */
	@Override
	public void close() {
		this.engine.shutdown();
		this.engine.abandon();
	}

	/** For tests. */
	LockEngine engine() {
		return this.engine;
	}

	/** Builds a {@link QueueingLockService}. */
	public static final class Builder {

		private final LockStore store;

		private Duration waitTime = Duration.ofSeconds(30);

		private Duration leaseTime = Duration.ofSeconds(30);

		private int maxWaitersPerKey;

		private @Nullable Executor executor;

		private ContextCarrier contextCarrier = ContextCarrier.NONE;

		private Collection<? extends LockListener> listeners = List.of();

		private @Nullable UnitsOfWork unitsOfWork;

		private EngineObserver observer = EngineObserver.NONE;

		private long heldWarningNanos;

		private boolean inspected;

		private Builder(LockStore store) {
			this.store = Objects.requireNonNull(store, "store");
		}

		/**
		 * How long a call may wait if its request does not say; zero means one try.
		 * Default 30 s.
		 */
		public Builder waitTime(Duration waitTime) {
			if (waitTime == null || waitTime.isNegative()) {
				throw new IllegalArgumentException("waitTime is " + waitTime + "; give a duration of zero or more");
			}
			this.waitTime = waitTime;
			return this;
		}

		/**
		 * How long a lock outlives a dead holder if the request does not say; at least
		 * 100 ms. Default 30 s.
		 */
		public Builder leaseTime(Duration leaseTime) {
			Objects.requireNonNull(leaseTime, "leaseTime");
			LockRequest.of("any").leasedFor(leaseTime); // has the rule and the words
			this.leaseTime = leaseTime;
			return this;
		}

		/**
		 * How many callers may wait for one key; more are rejected. Zero (default): no
		 * limit.
		 */
		public Builder maxWaitersPerKey(int maxWaitersPerKey) {
			if (maxWaitersPerKey < 0) {
				throw new IllegalArgumentException(
						"maxWaitersPerKey is " + maxWaitersPerKey + "; give a number, or 0 for no limit");
			}
			this.maxWaitersPerKey = maxWaitersPerKey;
			return this;
		}

		/**
		 * Where actions start that have waited. Default: daemon threads of the service's
		 * own.
		 */
		public Builder executor(Executor executor) {
			this.executor = Objects.requireNonNull(executor, "executor");
			return this;
		}

		/**
		 * What carries a waiting caller's context. Default: nothing is carried.
		 */
		public Builder contextCarrier(ContextCarrier contextCarrier) {
			this.contextCarrier = Objects.requireNonNull(contextCarrier, "contextCarrier");
			return this;
		}

		/**
		 * Who is told of grants, releases, timeouts and losses. Default: nobody, which
		 * costs nothing.
		 */
		public Builder listeners(Collection<? extends LockListener> listeners) {
			this.listeners = List.copyOf(listeners);
			return this;
		}

		/**
		 * Says which unit of work, such as a transaction, a caller is in: keys that are
		 * taken within one are kept until it has ended. Default null: there are none,
		 * which costs nothing.
		 */
		public Builder unitsOfWork(@Nullable UnitsOfWork unitsOfWork) {
			this.unitsOfWork = unitsOfWork;
			return this;
		}

		/**
		 * Who is told of all calls and of what the store does, for metrics and traces.
		 * Default: nobody, which costs nothing.
		 */
		public Builder observer(EngineObserver observer) {
			this.observer = Objects.requireNonNull(observer, "observer");
			return this;
		}

		/**
		 * After how long a lock that is still held is warned of in the log, once. Default
		 * null: never, which costs nothing.
		 */
		public Builder heldWarning(@Nullable Duration heldWarning) {
			if (heldWarning != null && (heldWarning.isNegative() || heldWarning.isZero())) {
				throw new IllegalArgumentException(
						"heldWarning is " + heldWarning + "; give a duration of more than zero, or null for never");
			}
			this.heldWarningNanos = Settings.nanos(heldWarning, 0);
			return this;
		}

		/**
		 * Whether {@link QueueingLockService#locks} is to say since when a key is held,
		 * and by which request. Default false, which costs nothing.
		 */
		public Builder inspected(boolean inspected) {
			this.inspected = inspected;
			return this;
		}

		public QueueingLockService build() {
			return new QueueingLockService(this);
		}

		private Settings settings() {
			return new Settings(Settings.nanos(this.waitTime, 0), Settings.nanos(this.leaseTime, 0),
					this.maxWaitersPerKey);
		}

	}

}
