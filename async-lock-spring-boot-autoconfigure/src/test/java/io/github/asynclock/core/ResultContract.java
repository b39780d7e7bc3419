package io.github.asynclock.core;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;

import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatObject;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * What becomes of an action's result, of every kind, at once and after waiting.
 */
abstract class ResultContract extends ServiceContract {

	private static final List<Throwable> FAILURES = List.of(new IllegalStateException("unchecked"),
			new IOException("checked"), new AssertionError("error"), new CancellationException("cancelled"),
			new StackOverflowError("fatal to nobody else"), new CompletionException("without cause", null),
			new InterruptedException("interrupted"));

	@ParameterizedTest
	@EnumSource(Form.class)
	void aFailedActionsExceptionArrivesUnwrappedAndTheSame(Form form) {
		for (Throwable failure : FAILURES) {
			if (form != Form.FUTURE && failure instanceof CompletionException) {
				continue; // Reactor and this test unwrap these themselves
			}
			if (form == Form.BLOCKING && failure instanceof CancellationException) {
				continue; // a newer JDK's join, which this form calls in its action,
							// makes another one
			}
			assertThat(
					failure(form.run(service(), patient(this.key), (lease) -> CompletableFuture.failedFuture(failure))))
				.isSameAs(failure);
			assertThat(isFree(this.key)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aFailureThatComesLaterArrivesUnwrappedAndTheSame(Form form) {
		for (Throwable failure : List.of(new IllegalStateException("unchecked"), new IOException("checked"),
				new AssertionError("error"))) {
			Call call = hold(form, patient(this.key));
			call.end.completeExceptionally(failure);
			assertThat(failure(call.result)).isSameAs(failure);
			assertThat(isFree(this.key)).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aFailureAfterWaitingArrivesUnwrappedAndTheSame(Form form) {
		IOException failure = new IOException("checked");
		Call holder = hold(this.key);
		CompletableFuture<String> failed = form.run(service(), patient(this.key),
				(lease) -> CompletableFuture.failedFuture(failure));
		CompletableFuture<String> threw = form.run(service(), patient(this.key), (lease) -> {
			throw sneaky(failure);
		});
		holder.release();
		assertThat(failure(failed)).isSameAs(failure);
		assertThat(failure(threw)).isSameAs(failure);
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anActionThatThrowsFailsTheResultWithThat(Form form) {
		for (Throwable failure : FAILURES) {
			assertThat(failure(form.run(service(), patient(this.key), (lease) -> {
				throw sneaky(failure);
			}))).isSameAs(failure);
			assertThat(isFree(this.key)).isTrue();
		}
	}

	@Test
	void theCompletionExceptionOfSupplyAsyncIsUnwrapped() {
		IllegalStateException failure = new IllegalStateException("in supplyAsync");
		CompletableFuture<String> result = service().execute(this.key, () -> CompletableFuture.supplyAsync(() -> {
			throw failure;
		}));
		assertThat(failure(result)).isSameAs(failure);
		IOException checked = new IOException("wrapped by the action");
		CompletableFuture<String> wrapped = service().execute(this.key, () -> CompletableFuture.supplyAsync(() -> {
			throw new CompletionException(checked);
		}));
		assertThat(failure(wrapped)).isSameAs(checked);
	}

	@Test
	void aCancelledStageCancelsTheResult() {
		Call call = hold(this.key);
		call.end.cancel(true);
		assertThat(failure(call.result)).isInstanceOf(CancellationException.class);
		assertThat(call.result).isCancelled();
		assertThat(isFree(this.key)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(names = { "FUTURE", "MONO", "FLUX" }, value = Form.class)
	void nullInsteadOfAStageFailsTheResultAndNamesTheKey(Form form) {
		for (int i = 0; i < 2; i++) {
			Call holder = (i == 1) ? hold(this.key) : null;
			CompletableFuture<String> result = switch (form) {
				case FUTURE -> service().execute(patient(this.key), (lease) -> null);
				case MONO -> service().<String>executeMono(patient(this.key), (lease) -> null).toFuture();
				default -> service().<String>executeFlux(patient(this.key), (lease) -> null).next().toFuture();
			};
			if (holder != null) {
				holder.release();
			}
			assertThat(failure(result)).isInstanceOf(IllegalStateException.class)
				.hasMessageContaining(this.key)
				.hasMessageContaining("null");
			assertThat(isFree(this.key)).isTrue();
		}
	}

	@Test
	void nullInsteadOfAStageNamesAllOfSeveralKeys() {
		assertThat(failure(service().<String>execute(LockRequest.of(key("a"), key("b")), (lease) -> null)))
			.isInstanceOf(IllegalStateException.class)
			.hasMessageContaining(key("a"))
			.hasMessageContaining(key("b"));
		assertThat(isFree(key("a"), key("b"))).isTrue();
	}

	@Test
	void aFutureThatGivesNullGivesNull() {
		assertGiven(service().execute(this.key, () -> done(null))).isNull();
		Call holder = hold(this.key);
		CompletableFuture<String> waiting = service().execute(this.key, () -> done(null));
		holder.release();
		assertThat(get(waiting)).isNull();
		assertThat(service().<String>executeBlocking(LockRequest.of(this.key), (lease) -> null)).isNull();
	}

	@Test
	void anEmptyMonoAndFluxStayEmpty() {
		assertThat(service().executeMono(this.key, Mono::empty).hasElement().block(SAFETY)).isFalse();
		assertThat(service().executeFlux(this.key, Flux::empty).hasElements().block(SAFETY)).isFalse();
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aStageThatCannotBeFollowedFailsTheResultAndReleases() {
		IllegalStateException failure = new IllegalStateException("whenComplete is broken");
		CompletionStage<String> broken = new CompletableFuture<>() {
			@Override
			public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
				throw failure;
			}
		};
		assertThat(failure(service().execute(this.key, () -> broken))).isSameAs(failure);
		assertThat(isFree(this.key)).isTrue();
		Call holder = hold(this.key);
		CompletableFuture<String> waiting = service().execute(this.key, () -> broken);
		holder.release();
		assertThat(failure(waiting)).isSameAs(failure);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void aStageThatIsNotACompletableFutureIsHeldToItsEnd() {
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<String> result = service().execute(this.key, end::minimalCompletionStage);
		assertThat(isFree(this.key)).isFalse();
		end.complete("ended");
		assertThat(get(result)).isEqualTo("ended");
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void theStageOfTheActionIsNotTheResult() {
		CompletableFuture<String> stage = done("at once");
		CompletableFuture<String> result = service().execute(this.key, () -> stage);
		assertThat(result).isNotSameAs(stage);
		get(result);
		result.obtrudeValue("changed");
		assertThat(get(stage)).isEqualTo("at once");
	}

	@Test
	void aFluxFailsAfterItsValuesAndReleases() {
		IllegalStateException failure = new IllegalStateException("after two");
		Flux<Integer> flux = service().executeFlux(this.key, () -> Flux.just(1, 2).concatWith(Flux.error(failure)));
		List<Object> seen = flux.map(Object.class::cast)
			.onErrorResume((found) -> Flux.just(found))
			.collectList()
			.block(SAFETY);
		assertThat(seen).containsExactly(1, 2, failure);
		assertThat(isFree(this.key)).isTrue();
	}

	@Test
	void executeBlockingRunsOnItsCallersThreadWaitedOrNot() throws Exception {
		Thread here = Thread.currentThread();
		assertThatObject(service().executeBlocking(LockRequest.of(this.key), (lease) -> Thread.currentThread()))
			.isSameAs(here);
		Call holder = hold(this.key);
		CountDownLatch released = new CountDownLatch(1);
		start(() -> {
			until(() -> here.getState() == Thread.State.WAITING);
			holder.release();
			released.countDown();
		});
		assertThatObject(service().executeBlocking(patient(this.key), (lease) -> Thread.currentThread()))
			.isSameAs(here);
		await(released);
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "FUTURE", "MONO", "FLUX" })
	void theShorthandsRefuseABadKeyAtOnceAndNameIt(Form form) {
		for (String bad : new String[] { null, "", " ", "\t\n" }) {
			assertThatIllegalArgumentException().isThrownBy(() -> {
				switch (form) {
					case FUTURE -> service().execute(bad, () -> done("never"));
					case MONO -> service().executeMono(bad, () -> Mono.just("never"));
					default -> service().executeFlux(bad, () -> Flux.just("never"));
				}
			}).withMessageContaining((bad != null) ? "\"" + bad + "\"" : "null");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> service().isLocked(" ")).withMessageContaining("\" \"");
	}

	@Test
	void theShorthandsLockTheirKey() {
		CompletableFuture<String> end = new CompletableFuture<>();
		CompletableFuture<String> future = service().execute(this.key, () -> end);
		CompletableFuture<String> mono = service().executeMono(this.key, () -> Mono.just("mono")).toFuture();
		CompletableFuture<String> flux = service().executeFlux(this.key, () -> Flux.just("flux")).next().toFuture();
		assertThat(mono).isNotDone();
		assertThat(flux).isNotDone();
		assertThat(isFree(this.key)).isFalse();
		end.complete("future");
		assertGiven(future).isEqualTo("future");
		assertGiven(mono).isEqualTo("mono");
		assertThat(get(flux)).isEqualTo("flux");
	}

	@Test
	void noRequestOrNoActionIsRefusedAtOnce() {
		LockRequest request = LockRequest.of(this.key);
		assertThatNullPointerException().isThrownBy(() -> service().execute((LockRequest) null, (lease) -> done("")))
			.withMessageContaining("request");
		assertThatNullPointerException().isThrownBy(() -> service().execute(request, null))
			.withMessageContaining("action");
		assertThatNullPointerException().isThrownBy(() -> service().executeMono(request, null))
			.withMessageContaining("action");
		assertThatNullPointerException().isThrownBy(() -> service().executeFlux(request, null))
			.withMessageContaining("action");
		assertThatNullPointerException().isThrownBy(() -> service().executeBlocking(request, null))
			.withMessageContaining("action");
		assertThat(isFree(this.key)).isTrue();
	}

}
