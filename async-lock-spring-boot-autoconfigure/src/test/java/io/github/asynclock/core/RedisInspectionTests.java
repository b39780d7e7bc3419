package io.github.asynclock.core;

import java.time.Duration;

import io.github.asynclock.LockLostException;
import io.github.asynclock.core.LockStore.Elsewhere;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RedisInspectionTests extends InspectionContract {

	private final String prefix = TestRedis.randomPrefix();

	@Override
	LockStore store() {
		return TestRedis.store((settings) -> settings.withKeyPrefix(this.prefix));
	}

	private Elsewhere look(QueueingLockService service) {
		return get(service.elsewhere(this.key).toFuture());
	}

	@Test
	void theLeaseThatIsLeftIsShown() {
		Call holder = hold(patient(this.key).leasedFor(Duration.ofSeconds(60)));
		assertThat(service().lock(this.key).leaseLeft()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
		holder.release();
	}

	@Test
	void anyInstanceSeesWhoHoldsAKeyAndWhoWaits() {
		QueueingLockService other = service((builder) -> builder);
		Elsewhere free = look(service());
		assertThat(free.holder()).isNull();
		assertThat(free.timeLeft()).isZero();
		String self = free.self();
		String others = look(other).self();
		assertThat(self).isNotEqualTo(others);
		Call holder = new Call(Form.FUTURE, other, patient(this.key));
		holder.lease();
		Call waiter = call(patient(this.key));
		until(() -> look(service()).waiting().contains(self));
		Elsewhere seen = look(service());
		assertThat(seen.holder()).isEqualTo(others);
		assertThat(seen.timeLeft()).isPositive();
		assertThat(service().lock(this.key).held()).isFalse();
		assertThat(service().lock(this.key).waiting()).isOne();
		holder.release();
		waiter.release();
	}

	@Test
	void aHolderElsewhereFindsOutAtItsNextRenewal() {
		QueueingLockService other = service((builder) -> builder);
		Call holder = new Call(Form.FUTURE, other, patient(this.key).leasedFor(Duration.ofMillis(900)));
		long token = holder.lease().fencingToken();
		Call waiter = call(patient(this.key).leasedFor(Duration.ofSeconds(60)));
		until(() -> !look(service()).waiting().isEmpty());
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		assertThat(waiter.lease().fencingToken()).isGreaterThan(token);
		assertThat(failure(holder.result)).isInstanceOf(LockLostException.class);
		waiter.release();
	}

	@Test
	void aRestOfAnotherInstanceIsEnded() {
		QueueingLockService other = service((builder) -> builder);
		Call holder = new Call(Form.FUTURE, other, patient(this.key).heldAtLeast(LONG));
		holder.release();
		assertThat(isFree(this.key)).isFalse();
		Call waiter = call(patient(this.key));
		until(() -> !look(service()).waiting().isEmpty());
		assertThat(get(service().forceRelease(this.key).toFuture())).isTrue();
		waiter.release();
	}

}
