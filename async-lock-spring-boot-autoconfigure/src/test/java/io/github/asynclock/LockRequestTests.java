package io.github.asynclock;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LockRequestTests {

	private static final LockRequest REQUEST = LockRequest.of("key");

	@Test
	void noKeysAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of()).withMessageContaining("[]");
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of(List.of())).withMessageContaining("[]");
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of((String[]) null))
			.withMessageContaining("null");
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of((Collection<String>) null))
			.withMessageContaining("null");
	}

	@Test
	void aNullEmptyOrBlankKeyIsRefusedAndNamed() {
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of((String) null))
			.withMessageContaining("null");
		assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of("a", null, "b"))
			.withMessageContaining("null")
			.withMessageContaining("[a, null, b]");
		for (String blank : List.of("", " ", "\t", "\n  ", "\u2003")) {
			assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of(blank))
				.withMessageContaining("\"" + blank + "\"");
			assertThatIllegalArgumentException().isThrownBy(() -> LockRequest.of(List.of("a", blank)))
				.withMessageContaining("\"" + blank + "\"");
		}
	}

	@Test
	void aNegativeDurationIsRefusedAndNamed_andNullMeansTheDefault() {
		List<BiFunction<LockRequest, Duration, LockRequest>> setters = List.of(LockRequest::waitingAtMost,
				LockRequest::leasedFor, LockRequest::heldAtMost, LockRequest::heldAtLeast);
		List<String> names = List.of("waitTime", "leaseTime", "holdAtMost", "holdAtLeast");
		for (int i = 0; i < 4; i++) {
			BiFunction<LockRequest, Duration, LockRequest> setter = setters.get(i);
			assertThatIllegalArgumentException().isThrownBy(() -> setter.apply(REQUEST, Duration.ofMillis(-5)))
				.withMessageContaining(names.get(i))
				.withMessageContaining("PT-0.005S");
			assertThat(setter.apply(setter.apply(REQUEST, Duration.ofSeconds(5)), null)).isEqualTo(REQUEST);
		}
	}

	@Test
	void aLeaseUnderAHundredMillisecondsIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> REQUEST.leasedFor(Duration.ofMillis(99)))
			.withMessageContaining("PT0.099S");
		assertThat(REQUEST.leasedFor(Duration.ofMillis(100)).leaseTime()).isEqualTo(Duration.ofMillis(100));
	}

	@Test
	void aBlankNameIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> REQUEST.named(" ")).withMessageContaining("\" \"");
		assertThatIllegalArgumentException().isThrownBy(() -> REQUEST.named(null)).withMessageContaining("null");
	}

	@Test
	void keysAreSortedByCodeUnitWithoutRepeats() {
		// U+10000 sorts before U+FFFD by code unit (its first is U+D800), after it by
		// code point.
		String supplementary = "\uD800\uDC00";
		assertThat(LockRequest.of("b", "a", "B", "b", "\uFFFD", supplementary, "\u00e4").keys()).containsExactly("B",
				"a", "b", "\u00e4", supplementary, "\uFFFD");
		assertThat(LockRequest.of(Set.of("2", "10", "1")).keys()).containsExactly("1", "10", "2");
		assertThat(LockRequest.of("same", "same").keys()).containsExactly("same");
	}

	@Test
	void itIsImmutable() {
		List<String> keys = new ArrayList<>(List.of("b", "a"));
		LockRequest request = LockRequest.of(keys);
		keys.set(0, "changed");
		assertThat(request.keys()).containsExactly("a", "b").isUnmodifiable();
		String[] array = { "only" };
		LockRequest ofArray = LockRequest.of(array);
		array[0] = "changed";
		assertThat(ofArray.keys()).containsExactly("only").isUnmodifiable();
		request.named("n").waitingAtMost(Duration.ZERO).heldAtLeast(Duration.ofSeconds(1)).orSkip();
		assertThat(request).isEqualTo(LockRequest.of("a", "b"));
	}

	@Test
	void aNullDurationMeansTheConfiguredDefault() {
		assertThat(REQUEST.name()).isNull();
		assertThat(REQUEST.waitTime()).isNull();
		assertThat(REQUEST.leaseTime()).isNull();
		assertThat(REQUEST.holdAtMost()).isNull();
		assertThat(REQUEST.holdAtLeast()).isNull();
		assertThat(REQUEST.skipOnTimeout()).isFalse();
		assertThat(REQUEST.releaseOnError()).isFalse();
	}

	@Test
	void eachSetterChangesItsOwnAndKeepsTheRest() {
		LockRequest all = REQUEST.named("name")
			.waitingAtMost(Duration.ofSeconds(1))
			.leasedFor(Duration.ofSeconds(2))
			.heldAtMost(Duration.ofSeconds(4))
			.heldAtLeast(Duration.ofSeconds(3))
			.orSkip()
			.releasedOnError();
		for (LockRequest same : List.of(all, all.named("name"), all.waitingAtMost(Duration.ofSeconds(1)),
				all.leasedFor(Duration.ofSeconds(2)), all.heldAtMost(Duration.ofSeconds(4)),
				all.heldAtLeast(Duration.ofSeconds(3)), all.orSkip(), all.releasedOnError(),
				all.forKeys(List.of("key")))) {
			assertThat(same.keys()).containsExactly("key");
			assertThat(same.name()).isEqualTo("name");
			assertThat(same.waitTime()).isEqualTo(Duration.ofSeconds(1));
			assertThat(same.leaseTime()).isEqualTo(Duration.ofSeconds(2));
			assertThat(same.holdAtMost()).isEqualTo(Duration.ofSeconds(4));
			assertThat(same.holdAtLeast()).isEqualTo(Duration.ofSeconds(3));
			assertThat(same.skipOnTimeout()).isTrue();
			assertThat(same.releaseOnError()).isTrue();
		}
	}

	@Test
	void equalRequestsAreEqualAndOthersAreNot() {
		LockRequest request = LockRequest.of("b", "a").named("n").waitingAtMost(Duration.ofSeconds(1));
		LockRequest same = LockRequest.of(Arrays.asList("a", "b", "a"))
			.waitingAtMost(Duration.ofMillis(1000))
			.named("n");
		assertThat(request).isEqualTo(same).hasSameHashCodeAs(same);
		assertThat(List.of(LockRequest.of("a"), request.named("m"), request.waitingAtMost(Duration.ZERO),
				request.leasedFor(Duration.ofSeconds(1)), request.heldAtMost(Duration.ofSeconds(1)),
				request.heldAtLeast(Duration.ofSeconds(1)), request.orSkip(), request.releasedOnError()))
			.doesNotContain(request);
		assertThat(request).isNotEqualTo("a request").isNotEqualTo(null);
		assertThat(request).asString().contains("[a, b]", "n", "PT1S");
	}

	@Test
	void exceptionsCarryUnmodifiableKeysMessageAndCause() {
		List<String> keys = new ArrayList<>(List.of("a", "b"));
		Throwable cause = new IllegalStateException("cause");
		for (LockException exception : List.of(new LockException("message", keys, cause),
				new LockTimeoutException("message", keys, cause), new LockUnavailableException("message", keys, cause),
				new LockLostException("message", keys, cause), new LockRejectedException("message", keys, cause),
				new LockClosedException("message", keys, cause), new LockKeyException("message", keys, cause),
				new LockDeadlockException("message", keys, cause))) {
			assertThat(exception).isInstanceOf(RuntimeException.class).hasMessage("message").hasCause(cause);
			assertThat(exception.keys()).containsExactly("a", "b").isUnmodifiable();
		}
		keys.clear();
		assertThat(new LockTimeoutException("message", List.of("k"))).hasNoCause();
	}

}
