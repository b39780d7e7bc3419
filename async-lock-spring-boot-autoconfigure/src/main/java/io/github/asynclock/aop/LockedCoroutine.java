package io.github.asynclock.aop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import kotlin.Unit;
import kotlin.coroutines.AbstractCoroutineContextElement;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.Job;
import kotlinx.coroutines.ThreadContextElement;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.flow.FlowKt;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;

/**
 * The coroutine that an action under a lease is, as an element of its context. Two
 * things: wherever it and its children run, on whichever thread, its lease is the
 * innermost one there ({@link Lease#current()}), and no other. And where it is cancelled,
 * its keys stay held until it has really ended, which takes as long as its body likes.
 *
 * <p>
 * The coroutine is known from when it first gets a thread: before that its body has not
 * begun. Whoever comes second of that and the cancel, holds the keys: by locking them
 * once more, in the place of the action, before that has given them back.
 */
final class LockedCoroutine extends AbstractCoroutineContextElement
		implements ThreadContextElement<LockedCoroutine.Outer> {

	private static final Log logger = LogFactory.getLog(LockedCoroutine.class);

	private static final Key KEY = new Key();

	/**
	 * Whose thread it is; it may be on the stack of another coroutine that resumed it.
	 */
	private static final ThreadLocal<@Nullable LockedCoroutine> RUNNING = new ThreadLocal<>();

	private static final VarHandle HOLDING;

	static {
		try {
			HOLDING = MethodHandles.lookup().findVarHandle(LockedCoroutine.class, "holding", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final LockService service;

	private final LockRequest request;

	private final Lease lease;

	private volatile @Nullable Job job;

	private volatile boolean cancelled;

	private volatile boolean holding;

	/**
	 * @param service what gave the lease
	 * @param request what was asked for
	 * @param lease what was given
	 */
	LockedCoroutine(LockService service, LockRequest request, Lease lease) {
		super(KEY);
		this.service = service;
		this.request = request;
		this.lease = lease;
	}

	/**
	 * The arguments of a suspending function, for it to run as this.
	 */
	@Nullable Object[] with(@Nullable Object[] arguments) {
		@Nullable Object[] changed = arguments.clone();
		int last = changed.length - 1;
		if (changed[last] instanceof Continuation<?> caller) {
			changed[last] = new Caller(caller.getContext().plus(this));
		}
		return changed;
	}

	/**
	 * The flow, to be collected as this.
	 */
	<T> Flow<T> with(Flow<T> flow) {
		return FlowKt.flowOn(flow, this);
	}

	/**
	 * What is subscribed to with no lease on the stack: the coroutine has its own where
	 * it runs, and others may be resumed there.
	 */
	static <T> Publisher<T> apart(Publisher<T> publisher) {
		return (subscriber) -> {
			Lease inner = LeaseContext.swap(null);
			try {
				publisher.subscribe(subscriber);
			}
			finally {
				LeaseContext.swap(inner);
			}
		};
	}

	/**
	 * Whether the caller of a suspending function is on the stack of a locked coroutine
	 * that it is no part of, because that one has resumed it.
	 */
	static boolean isForeign(@Nullable Object[] arguments) {
		return arguments[arguments.length - 1] instanceof Continuation<?> caller && isForeign(caller);
	}

	private static boolean isForeign(Continuation<?> caller) {
		LockedCoroutine running = RUNNING.get();
		return running != null && LeaseContext.current() == running.lease && caller.getContext().get(KEY) != running;
	}

	/**
	 * The flow, to be collected with no lease on the stack by such a caller. Most flows
	 * are left alone: one that is wrapped does not share its buffer with others.
	 */
	static Flow<Object> apartIfForeign(Flow<Object> flow) {
		return (RUNNING.get() == null) ? flow : (collector, caller) -> {
			Lease inner = LeaseContext.current();
			if (isForeign(caller)) {
				LeaseContext.swap(null);
			}
			try {
				return flow.collect(collector, caller);
			}
			finally {
				LeaseContext.swap(inner);
			}
		};
	}

	/**
	 * The action is being cancelled. To be called before its keys are given back.
	 */
	void cancelled() {
		this.cancelled = true;
		holdWhileItRuns();
	}

	private void holdWhileItRuns() {
		Job job = this.job;
		if (job != null && !job.isCompleted() && this.lease.isHeld() && HOLDING.compareAndSet(this, false, true)) {
			CompletableFuture<Void> end = new CompletableFuture<>();
			job.invokeOnCompletion((cause) -> {
				end.complete(null);
				return Unit.INSTANCE;
			});
			hold(end);
		}
	}

	private void hold(CompletableFuture<Void> end) {
		LockRequest again = this.request.forKeys(this.lease.keys())
			.waitingAtMost(Duration.ZERO)
			.heldAtLeast(null)
			.orSkip();
		Lease outer = LeaseContext.swap(this.lease);
		try {
			this.service.execute(again, (lease) -> end);
		}
		catch (RuntimeException ex) {
			logger.warn("Keys are given back though a cancelled coroutine still runs: " + this.lease.keys(), ex);
		}
		finally {
			LeaseContext.swap(outer);
		}
	}

	@Override
	public Outer updateThreadContext(CoroutineContext context) {
		Outer outer = new Outer(RUNNING.get(), LeaseContext.swap(this.lease));
		RUNNING.set(this);
		Job known = this.job;
		if (known == null || known.isCompleted()) {
			this.job = jobOf(context); // the first that is seen is the outermost
			if (this.cancelled) {
				holdWhileItRuns();
			}
		}
		return outer;
	}

	@Override
	public void restoreThreadContext(CoroutineContext context, Outer outer) {
		LeaseContext.swap(outer.lease);
		if (outer.running != null) {
			RUNNING.set(outer.running);
		}
		else {
			RUNNING.remove();
		}
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static @Nullable Job jobOf(CoroutineContext context) {
		return (Job) context.get((CoroutineContext.Key) Job.Key);
	}

	/**
	 * What a thread had before.
	 *
	 * @param running the locked coroutine that it ran; null if there was none
	 * @param lease the innermost lease; null if there was none
	 */
	record Outer(@Nullable LockedCoroutine running, @Nullable Lease lease) {

	}

	private static final class Key implements CoroutineContext.Key<LockedCoroutine> {

	}

	/** Spring takes the context from it, and nothing else. */
	private record Caller(CoroutineContext getContext) implements Continuation<Object> {

		@Override
		public CoroutineContext getContext() {
			return this.getContext;
		}

		@Override
		public void resumeWith(Object result) {
			throw new UnsupportedOperationException("Its result is what the proxy gives");
		}

	}

}
