package io.github.asynclock.sample.timeline;

import java.util.function.Function;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One of a run's callers. It travels with the call: in the Reactor Context of a
 * {@code Mono}, and for a future as a thread-local, which async-lock carries to the
 * thread on which a call goes on that had to wait.
 */
public final class Call {

	private static final String NAME = "sample.call";

	private static final ThreadLocal<@Nullable Call> CURRENT = new ThreadLocal<>();

	static {
		ContextRegistry.getInstance().registerThreadLocalAccessor(new Accessor());
	}

	private final Journal journal;

	private final int number;

	public Call(Journal journal, int number) {
		this.journal = journal;
		this.number = number;
	}

	public int number() {
		return this.number;
	}

	/** The call that this thread works for, if it is one of a run's. */
	public static @Nullable Call current() {
		return CURRENT.get();
	}

	/** The call that a pipeline works for, else the other one. */
	public static @Nullable Call in(ContextView context, @Nullable Call otherwise) {
		return context.getOrDefault(NAME, otherwise);
	}

	/** The same action, as work for this call. */
	public <T> Mono<T> by(Mono<T> action) {
		Publisher<T> here = subscriber -> subscribe(action, (CoreSubscriber<? super T>) subscriber);
		return Mono.fromDirect(here).contextWrite(Context.of(NAME, this));
	}

	private <T> void subscribe(Mono<T> action, CoreSubscriber<? super T> subscriber) {
		Call former = CURRENT.get();
		CURRENT.set(this);
		try {
			action.subscribe(subscriber);
		}
		finally {
			CURRENT.set(former);
		}
	}

	public void asked(String key) {
		this.journal.write(this.number, key, State.ASKED, false, null, null);
	}

	/** The same work on a key, written down. */
	public <T> Mono<T> working(String key, Mono<T> work, Function<? super T, @Nullable Number> row) {
		return Mono.using(() -> new Visit(key), visit -> work.doOnNext(value -> visit.wrote(row.apply(value))),
				Visit::end);
	}

	/** What the caller was told in the end; the reason of a failure. */
	public void answered(State state, @Nullable String reason) {
		this.journal.write(this.number, null, state, false, null, reason);
	}

	/** From the read to the write of a key's row. */
	private final class Visit {

		private final String key;

		private boolean wrote;

		private @Nullable Double row;

		Visit(String key) {
			this.key = key;
			Call.this.journal.write(Call.this.number, key, State.STARTED, false, null, null);
		}

		void wrote(@Nullable Number row) {
			this.wrote = true;
			this.row = (row != null) ? row.doubleValue() : null;
		}

		void end() {
			Call.this.journal.write(Call.this.number, this.key, State.ENDED, this.wrote, this.row, null);
		}

	}

	/** Tells Micrometer's context propagation, and so async-lock, of the thread-local. */
	private static final class Accessor implements ThreadLocalAccessor<Call> {

		@Override
		public Object key() {
			return NAME;
		}

		@Override
		public @Nullable Call getValue() {
			return CURRENT.get();
		}

		@Override
		public void setValue(Call value) {
			CURRENT.set(value);
		}

		@Override
		public void setValue() {
			CURRENT.remove();
		}

	}

}
