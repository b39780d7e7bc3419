package io.github.asynclock.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.github.asynclock.LockException;
import io.github.asynclock.LockLostException;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Re-entrant by flow, never by thread; and what the code under a lock sees of its lease.
 */
abstract class ReentrancyContract extends ServiceContract {

	/** A call that the parent's action makes, in its own call stack. */
	private Call child(Lease parent, Form form, LockRequest request) {
		Lease outer = LeaseContext.swap(parent);
		try {
			return call(form, request);
		}
		finally {
			LeaseContext.swap(outer);
		}
	}

	private Call child(Call parent, String... keys) {
		return child(parent.lease(), Form.FUTURE, patient(keys));
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void sameCallStack_anyFormReentersInAnyForm(Form outer) {
		for (Form inner : Form.values()) {
			if (inner == Form.BLOCKING) {
				continue; // runs on another thread in this test; see below
			}
			CompletableFuture<String> result = outer.run(service(), patient(this.key),
					(lease) -> inner.run(service(), atOnce(this.key), (again) -> done("inner")));
			assertThat(get(result)).as(outer + " around " + inner).isEqualTo("inner");
			assertThat(isFree(this.key)).isTrue();
		}
		CompletableFuture<String> blocking = outer.run(service(), patient(this.key),
				(lease) -> done(service().executeBlocking(atOnce(this.key), (again) -> "inner")));
		assertThat(get(blocking)).isEqualTo("inner");
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void sameCallStack_alsoAfterWaiting() {
		Call holder = hold(this.key);
		CompletableFuture<String> result = service().execute(patient(this.key),
				(lease) -> service().execute(atOnce(this.key), (again) -> done("inner")));
		holder.release();
		assertThat(get(result)).isEqualTo("inner");
	}

	@Test
	void reactorContext_aMonoInsideAMonoReentersOnWhateverThread() {
		Mono<String> inner = service().executeMono(atOnce(this.key), (lease) -> Mono.just("inner"));
		Mono<String> outer = service().executeMono(patient(this.key),
				(lease) -> Mono.delay(Duration.ofMillis(1)).publishOn(Schedulers.parallel()).then(inner));
		assertThat(outer.block(SAFETY)).isEqualTo("inner");
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void reactorContext_aFluxInsideAFluxReenters() {
		List<Integer> values = service()
			.executeFlux(patient(this.key),
					(lease) -> Mono.delay(Duration.ofMillis(1))
						.thenMany(service().executeFlux(atOnce(this.key),
								(again) -> reactor.core.publisher.Flux.range(0, 3))))
			.collectList()
			.block(SAFETY);
		assertThat(values).containsExactly(0, 1, 2);
	}

	@Test
	void aFutureInsideAMonoReentersInTheSameCallStack() {
		Mono<String> outer = service().executeMono(patient(this.key),
				(lease) -> Mono.fromFuture(() -> service().execute(atOnce(this.key), (again) -> done("inner"))));
		assertThat(outer.block(SAFETY)).isEqualTo("inner");
	}

	@Test
	void aMonoInsideAFutureReenters() {
		CompletableFuture<String> outer = service().execute(patient(this.key),
				(lease) -> service().executeMono(atOnce(this.key), (again) -> Mono.just("inner")).toFuture());
		assertThat(get(outer)).isEqualTo("inner");
	}

	@Test
	void neverByThread_anotherFlowOnTheHoldersThreadDoesNotReenter() {
		Call holder = hold(this.key);
		// Same thread, but not in the action.
		assertThat(failure(call(atOnce(this.key)).result)).isInstanceOf(LockTimeoutException.class);
		holder.release();
	}

	@Test
	void aWaitersScopeIsItsCallersNotTheThreadsWhereItStarts() {
		use((builder) -> builder.executor(Runnable::run));
		Call parent = hold(key("p"));
		Call holder = hold(key("q"));
		CompletableFuture<Boolean> ofChild = new CompletableFuture<>();
		CompletableFuture<Boolean> ofStranger = new CompletableFuture<>();
		Lease outer = LeaseContext.swap(parent.lease());
		CompletableFuture<String> child = service().execute(patient(key("q")), (lease) -> {
			CompletableFuture<String> again = service().execute(atOnce(key("p")), (inner) -> done("inner"));
			ofChild.complete(!again.isCompletedExceptionally());
			return again;
		});
		LeaseContext.swap(outer);
		CompletableFuture<String> stranger = service().execute(patient(key("q")), (lease) -> {
			CompletableFuture<String> again = service().execute(atOnce(key("p")), (inner) -> done("inner"));
			ofStranger.complete(!again.handle((value, failure) -> failure != null).join());
			return done("stranger");
		});
		// The thread that hands over is within the parent.
		outer = LeaseContext.swap(parent.lease());
		holder.release();
		LeaseContext.swap(outer);
		assertThat(get(child)).isEqualTo("inner");
		assertThat(get(stranger)).isEqualTo("stranger");
		assertThat(get(ofChild)).isTrue();
		assertThat(get(ofStranger)).isFalse();
		parent.release();
	}

	@Test
	void siblingsExcludeEachOtherOnAKeyThatOnlyOneTook() {
		Call parent = hold(key("p"));
		Call one = child(parent, key("own"));
		one.lease();
		Call two = child(parent, key("own"));
		assertThat(two.hasStarted()).isFalse();
		assertThat(failure(child(parent.lease(), Form.FUTURE, atOnce(key("own"))).result))
			.isInstanceOf(LockTimeoutException.class);
		one.release();
		two.release();
		parent.release();
	}

	@Test
	void siblingsBothReenterTheParentsKey() {
		Call parent = hold(this.key);
		Call one = child(parent, this.key);
		Call two = child(parent, this.key);
		one.lease();
		two.lease();
		one.release();
		assertThat(isFree(this.key)).isFalse();
		two.release();
		assertThat(isFree(this.key)).isFalse();
		parent.release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void grandchildrenReenterWhatAnyOfTheirAncestorsHolds() {
		Call parent = hold(key("p"));
		Call child = child(parent, key("c"));
		Call grandchild = child(child, key("p"), key("c"), key("g"));
		grandchild.lease();
		Call great = child(grandchild, key("g"), key("c"), key("p"));
		great.lease();
		great.release();
		grandchild.release();
		assertThat(isFree(key("g"))).isTrue();
		assertThat(isFree(key("c"))).isFalse();
		child.release();
		assertThat(isFree(key("c"))).isTrue();
		assertThat(isFree(key("p"))).isFalse();
		parent.release();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aParentsResultIsDeliveredThoughAChildKeepsTheKey(Form form) {
		AtomicReference<Call> child = new AtomicReference<>();
		CompletableFuture<String> parent = form.run(service(), patient(this.key), (lease) -> {
			child.set(child(lease, Form.FUTURE, patient(this.key)));
			return done("parent");
		});
		assertThat(get(parent)).isEqualTo("parent");
		assertThat(isFree(this.key)).isFalse();
		Call next = call(patient(this.key));
		assertThat(next.hasStarted()).isFalse();
		assertThat(child.get().lease().isHeld()).isTrue();
		child.get().release();
		next.release();
	}

	@Test
	void aChildThatOutlivesItsParentMayItselfHaveChildren() {
		Call parent = hold(this.key);
		Call child = child(parent, this.key);
		child.lease();
		parent.release();
		Call grandchild = child(child, this.key);
		grandchild.lease();
		child.release();
		Call next = call(patient(this.key));
		assertThat(isFree(this.key)).isFalse();
		assertThat(next.hasStarted()).isFalse();
		grandchild.release();
		next.release();
	}

	@Test
	void aChildThatStartsAfterTheReleaseQueuesLikeAnyoneElse() {
		Call parent = hold(this.key);
		parent.release();
		Call other = hold(this.key);
		Call late = child(parent, this.key);
		assertThat(late.hasStarted()).isFalse();
		assertThat(failure(child(parent.lease(), Form.MONO, atOnce(this.key)).result))
			.isInstanceOf(LockTimeoutException.class);
		other.release();
		late.release();
	}

	@Test
	void aChildThatStartsAfterItsParentsEndQueuesThoughASiblingKeepsTheKey() {
		Call parent = hold(this.key);
		Call sibling = child(parent, this.key);
		sibling.lease();
		parent.release();
		assertThat(failure(child(parent.lease(), Form.FUTURE, atOnce(this.key)).result))
			.isInstanceOf(LockTimeoutException.class);
		sibling.release();
	}

	@Test
	void reenteredKeysShowTheOuterGrantsToken() {
		Call parent = hold(key("p"), key("q"));
		Call child = child(parent, key("q"));
		assertThat(child.lease().fencingToken()).isEqualTo(parent.lease().fencingToken(key("q")));
		Call partly = child(child, key("a"), key("p"), key("q"));
		assertThat(partly.lease().fencingToken(key("p"))).isEqualTo(parent.lease().fencingToken(key("p")));
		assertThat(partly.lease().fencingToken(key("q"))).isEqualTo(parent.lease().fencingToken(key("q")));
		assertThat(partly.lease().keys()).containsExactly(key("a"), key("p"), key("q"));
		partly.release();
		child.release();
		parent.release();
	}

	@Test
	void severalKeys_partlyReentered_takeOnlyTheOthersAndGiveBackOnlyThose() {
		Call parent = hold(key("b"));
		Call child = child(parent, key("a"), key("b"), key("c"));
		child.lease();
		assertThat(isFree(key("a"))).isFalse();
		assertThat(isFree(key("c"))).isFalse();
		child.release();
		assertThat(isFree(key("a"), key("c"))).isTrue();
		assertThat(isFree(key("b"))).isFalse();
		assertThat(parent.lease().isHeld()).isTrue();
		parent.release();
		assertThat(isFree(key("b"))).isTrue();
	}

	@Test
	void severalKeys_partlyReentered_thatOutliveTheParentKeepAll() {
		Call parent = hold(key("b"));
		Call child = child(parent, key("a"), key("b"));
		child.lease();
		parent.release();
		assertThat(isFree(key("b"))).isFalse();
		child.release();
		assertThat(isFree(key("a"), key("b"))).isTrue();
	}

	@Test
	void severalKeys_partlyReentered_thatGiveUpLeaveTheParentsKeyHeldOnce() {
		Call parent = hold(key("b"));
		Call other = hold(key("c"));
		child(parent, key("a"), key("b"), key("c")).result.cancel(true);
		failure(child(parent.lease(), Form.FUTURE,
				LockRequest.of(key("b"), key("c")).waitingAtMost(Duration.ofMillis(10))).result);
		failure(child(parent.lease(), Form.MONO, atOnce(key("b"), key("c"))).result);
		assertThat(isFree(key("b"))).isFalse();
		assertThat(isFree(key("a"))).isTrue();
		other.release();
		parent.release();
		assertThat(isFree(key("b"), key("c"))).isTrue();
	}

	@Test
	void severalKeys_partlyReentered_givenUpByAnotherThreadAtAnyMomentNeverFreeTheParentsKey() {
		long begun = System.nanoTime();
		for (int i = 0; goOn(i, 5_000, begun); i++) {
			Call parent = hold(key("a"));
			AtomicReference<reactor.core.Disposable> cancel = new AtomicReference<>();
			CountDownLatch go = new CountDownLatch(1);
			reactor.core.publisher.BaseSubscriber<String> subscriber = new reactor.core.publisher.BaseSubscriber<>() {
			};
			cancel.set(subscriber);
			int spins = i % 200;
			CompletableFuture<Void> canceller = CompletableFuture.runAsync(() -> {
				await(go);
				for (int spin = 0; spin < spins; spin++) {
					Thread.onSpinWait();
				}
				subscriber.cancel();
			});
			Lease outer = LeaseContext.swap(parent.lease());
			go.countDown();
			service().<String>executeMono(patient(key("a"), key("b"), key("c"), key("d")), (lease) -> Mono.never())
				.subscribe(subscriber);
			LeaseContext.swap(outer);
			get(canceller);
			until(() -> isFree(key("b"), key("c"), key("d")));
			assertThat(isFree(key("a"))).as("held by the parent, in round " + i).isFalse();
			parent.release();
			assertThat(isFree(key("a"))).isTrue();
		}
	}

	@Test
	void aLostOuterLeaseLosesItsChildrenAndTheirs() {
		Call parent = hold(patient(this.key).heldAtMost(Duration.ofMillis(50)));
		Call child = child(parent, this.key);
		child.lease();
		Call grandchild = child(child, key("a"), this.key);
		grandchild.lease();
		assertThat(failure(grandchild.result)).isInstanceOf(LockLostException.class);
		assertThat(failure(child.result)).isInstanceOf(LockLostException.class);
		assertThat(failure(parent.result)).isInstanceOf(LockLostException.class);
		grandchild.lease().lost().block(SAFETY);
		child.lease().lost().block(SAFETY);
		passThrough(key("a"), this.key);
	}

	@Test
	void aChildLosesItsKeyWhenTheLimitOfItsEndedParentPasses() {
		Call parent = hold(patient(this.key).heldAtMost(Duration.ofMillis(100)));
		Call child = child(parent, this.key);
		child.lease();
		parent.release();
		assertThat(failure(child.result)).isInstanceOf(LockLostException.class);
		passThrough(this.key);
	}

	@Test
	void aChildsOwnLimitLosesOnlyTheChild() {
		Call parent = hold(this.key);
		Call child = child(parent.lease(), Form.FUTURE, patient(this.key).heldAtMost(Duration.ofMillis(50)));
		assertThat(failure(child.result)).isInstanceOf(LockLostException.class);
		assertThat(parent.lease().isHeld()).isTrue();
		assertThat(isFree(this.key)).isFalse();
		Call another = child(parent, this.key);
		another.release();
		parent.release();
		assertThat(get(parent.result)).isEqualTo("done");
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aChildWhoseOuterLeaseIsLostWhileItWaitsForAnotherKeyNeverRuns(Form form) {
		Call other = hold(key("b"));
		AtomicReference<Call> child = new AtomicReference<>();
		CountDownLatch asked = new CountDownLatch(1);
		Call parent = hold(patient(key("a")).heldAtMost(Duration.ofMillis(300)));
		if (form == Form.BLOCKING) {
			// Its thread must be within the parent.
			AtomicInteger runs = new AtomicInteger();
			CompletableFuture<String> result = new CompletableFuture<>();
			Thread thread = start(() -> {
				LeaseContext.swap(parent.lease());
				try {
					service().executeBlocking(patient(key("a"), key("b")), (lease) -> runs.incrementAndGet());
					result.complete("ran");
				}
				catch (Throwable ex) {
					result.completeExceptionally(ex);
				}
			});
			until(() -> thread.getState() == Thread.State.WAITING);
			failure(parent.result);
			Call next = hold(patient(key("a")));
			other.release();
			assertThat(failure(result)).isInstanceOf(LockException.class);
			assertThat(runs).hasValue(0);
			next.release();
			return;
		}
		child.set(child(parent.lease(), form, patient(key("a"), key("b"))));
		asked.countDown();
		failure(parent.result);
		Call next = hold(patient(key("a")));
		other.release();
		assertThat(failure(child.get().result)).isInstanceOf(LockException.class);
		assertThat(child.get().hasStarted()).as("ran though its key was another's").isFalse();
		assertThat(isFree(key("a"))).isFalse();
		next.release();
		assertThat(isFree(key("a"), key("b"))).isTrue();
	}

	@Test
	void aStageThatReportsItsEndTwiceKeepsItsChildsKey() {
		Call[] child = new Call[1];
		TwiceEndingStage stage = new TwiceEndingStage();
		CompletableFuture<String> parent = service().execute(LockRequest.of(this.key), (lease) -> {
			child[0] = child(lease, Form.FUTURE, patient(this.key));
			child[0].lease();
			return stage;
		});
		assertThat(get(parent)).isEqualTo("ended");
		assertThat(isFree(this.key)).isFalse();
		child[0].release();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aServiceDoesNotReenterAnothersKeys() {
		QueueingLockService other = service((builder) -> builder);
		Call parent = hold(this.key);
		Lease outer = LeaseContext.swap(parent.lease());
		CompletableFuture<Boolean> shares = other.execute(patient(key("only")), (lease) -> done(true));
		LeaseContext.swap(outer);
		assertThat(get(shares)).isTrue();
		parent.release();
	}

	@Test
	void lease_currentIsTheInnermostOfTheCallStackAndAbsentOutside() {
		assertThat(Lease.current()).isEmpty();
		List<Optional<Lease>> seen = new CopyOnWriteArrayList<>();
		List<Lease> leases = new ArrayList<>();
		get(service().execute(LockRequest.of(key("a")), (outer) -> {
			leases.add(outer);
			seen.add(Lease.current());
			CompletableFuture<String> result = service().execute(LockRequest.of(key("b")), (inner) -> {
				leases.add(inner);
				seen.add(Lease.current());
				return done("inner");
			});
			leases.add(outer);
			seen.add(Lease.current());
			return result;
		}));
		service().executeBlocking(LockRequest.of(key("a")), (lease) -> {
			leases.add(lease);
			return seen.add(Lease.current());
		});
		assertThat(seen).hasSize(4);
		for (int i = 0; i < 4; i++) {
			assertThat(seen.get(i)).containsSame(leases.get(i));
		}
		assertThat(Lease.current()).isEmpty();
	}

	@Test
	void lease_currentIsPutBackWhereTheActionThrows() {
		service().execute(LockRequest.of(this.key), (lease) -> {
			throw new IllegalStateException("thrown");
		});
		service().executeMono(LockRequest.of(this.key), (lease) -> {
			throw new IllegalStateException("thrown");
		}).onErrorComplete().block(SAFETY);
		try {
			service().executeBlocking(LockRequest.of(this.key), (lease) -> {
				throw new IllegalStateException("thrown");
			});
		}
		catch (IllegalStateException ex) {
			assertThat(ex).hasMessage("thrown");
		}
		assertThat(Lease.current()).isEmpty();
	}

	@Test
	void lease_inContextIsTheInnermostOfThePipelineAndEmptyOutside() {
		assertThat(Lease.inContext().block(SAFETY)).isNull();
		AtomicReference<Lease> inner = new AtomicReference<>();
		Mono<Lease> seen = service().executeMono(LockRequest.of(key("a")), (lease) -> Mono.delay(Duration.ofMillis(1))
			.then(service().executeMono(LockRequest.of(key("b")), (second) -> {
				inner.set(second);
				return Mono.delay(Duration.ofMillis(1)).then(Lease.inContext());
			})));
		assertThat(seen.block(SAFETY)).isSameAs(inner.get());
		Mono<Lease> ofOuter = service().executeMono(LockRequest.of(key("a")),
				(lease) -> Mono.delay(Duration.ofMillis(1))
					.then(Lease.inContext())
					.doOnNext((found) -> assertThat(found).isSameAs(lease)));
		assertThat(ofOuter.block(SAFETY)).isNotNull();
	}

	@Test
	void lease_inContextFallsBackToTheCallStack() {
		AtomicReference<Lease> held = new AtomicReference<>();
		Lease found = get(service().execute(LockRequest.of(this.key), (lease) -> {
			held.set(lease);
			return Lease.inContext().toFuture();
		}));
		assertThat(found).isSameAs(held.get());
	}

	@Test
	void lease_isNotVisibleToWhatFollowsTheLockedMono() {
		CompletableFuture<Boolean> future = service().execute(LockRequest.of(this.key), (lease) -> done("value"))
			.thenApply((value) -> Lease.current().isPresent());
		assertThat(get(future)).isFalse();
		Mono<Boolean> mono = service().executeMono(LockRequest.of(this.key), (lease) -> Mono.just("value"))
			.map((value) -> Lease.current().isPresent());
		assertThat(mono.block(SAFETY)).isFalse();
		Mono<Boolean> inContext = service().executeMono(LockRequest.of(this.key), (lease) -> Mono.just("value"))
			.flatMap((value) -> Lease.inContext().hasElement());
		assertThat(inContext.block(SAFETY)).isFalse();
	}

	@Test
	void lease_keysAreUnmodifiableAndItsTextNamesThem() {
		Call call = hold(key("b"), key("a"), key("b"));
		assertThat(call.lease().keys()).containsExactly(key("a"), key("b")).isUnmodifiable();
		assertThat(call.lease()).asString().contains(key("a"), key("b"));
		call.release();
	}

}
