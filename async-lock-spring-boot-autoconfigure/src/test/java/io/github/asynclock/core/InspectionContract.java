package io.github.asynclock.core;

import java.time.Duration;

import io.github.asynclock.LockLostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What can be seen of keys in use, and that they can be taken away.
 */
abstract class InspectionContract extends ServiceContract {

	private void inspected() {
		use((builder) -> builder.inspected(true));
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aKeyInUseIsShownWithItsHolderAndHowManyWait(Form form) {
		inspected();
		long before = System.nanoTime();
		Call holder = hold(form, patient(this.key, key("z")).named("orders"));
		Call waiter = call(form, patient(this.key));
		LockState state = service().lock(this.key);
		assertThat(state.key()).isEqualTo(this.key);
		assertThat(state.held()).isTrue();
		assertThat(state.name()).isEqualTo("orders");
		assertThat(state.heldFor()).isBetween(Duration.ZERO, Duration.ofNanos(System.nanoTime() - before));
		assertThat(state.fencingToken()).isEqualTo(holder.lease().fencingToken(this.key));
		assertThat(state.waiting()).isOne();
		assertThat(service().lock(key("z")).waiting()).isZero();
		assertThat(service().locks(10)).extracting(LockState::key).containsExactly(this.key, key("z"));
		holder.release();
		waiter.release();
		until(() -> service().lock(this.key) == null && service().lockCount() == 0);
	}

	@Test
	void onesThatGaveUpAreNotCounted() {
		inspected();
		Call holder = hold(this.key);
		call(patient(this.key)).result.cancel(true);
		Call waiter = call(patient(this.key));
		call(patient(this.key)).result.cancel(true);
		assertThat(service().lock(this.key).waiting()).isOne();
		holder.release();
		waiter.release();
	}

	@Test
	void theListHasALimitAndTheCountHasNot() {
		inspected();
		for (int i = 0; i < 5; i++) {
			hold(key("k" + i));
		}
		assertThat(service().locks(3)).hasSize(3);
		assertThat(service().lockCount()).isEqualTo(5);
	}

	@Test
	void whatIsNotRecordedIsNull() {
		Call holder = hold(this.key);
		LockState state = service().lock(this.key);
		assertThat(state.held()).isTrue();
		assertThat(state.heldFor()).isNull();
		assertThat(state.name()).isNull();
		holder.release();
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aForcedReleaseIsALostLeaseAndTheNextOneHasTheKey(Form form) {
		inspected();
		Call holder = hold(form, patient(this.key));
		Call waiter = call(form, patient(this.key));
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		waiter.lease();
		holder.end.complete("late");
		assertThat(failure(holder.result)).isInstanceOf(LockLostException.class).hasMessageContaining("force");
		waiter.release();
		assertThat(get(waiter.result)).isEqualTo("done");
	}

	@Test
	void aKeyThatIsFreeIsNotReleased() {
		assertThat(get(service().forceRelease(this.key).toFuture())).isFalse();
		assertThat(service().lock(this.key)).isNull();
	}

}
