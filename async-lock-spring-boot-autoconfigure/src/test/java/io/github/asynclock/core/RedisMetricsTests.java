package io.github.asynclock.core;

import java.time.Duration;
import java.util.function.UnaryOperator;

import io.github.asynclock.redis.RedisSettings;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RedisMetricsTests extends MetricsContract {

	private final String prefix = TestRedis.randomPrefix();

	private UnaryOperator<RedisSettings> settings = (settings) -> settings;

	@Override
	LockStore store() {
		return TestRedis.store((settings) -> this.settings.apply(settings.withKeyPrefix(this.prefix)));
	}

	private double counter(String name) {
		return this.meters.get(name).counter().count();
	}

	@Test
	void localHandOvers() {
		this.settings = (settings) -> settings.withLocalHandoffs(64, LONG);
		observed();
		Call holder = hold(this.key);
		Call waiter = call(patient(this.key));
		assertThat(counter("asynclock.handovers")).isZero();
		holder.release();
		waiter.release();
		assertThat(counter("asynclock.handovers")).isOne();
	}

	@Test
	void wakeUpsByAnotherInstance() {
		this.settings = (settings) -> settings.withPollInterval(LONG);
		QueueingLockService other = service((builder) -> builder);
		observed();
		Call holder = new Call(Form.FUTURE, other, patient(this.key));
		holder.lease();
		Call waiter = call(patient(this.key));
		until(() -> answered() > 0);
		assertThat(counter("asynclock.wakeups")).isZero();
		holder.release();
		waiter.release();
		assertThat(counter("asynclock.wakeups")).isPositive();
		assertThat(counter("asynclock.polls")).isZero();
	}

	@Test
	void pollsWhereNoWakeUpComes() {
		this.settings = (settings) -> settings.withPollInterval(Duration.ofMillis(10));
		QueueingLockService other = service((builder) -> builder);
		observed();
		Call holder = new Call(Form.FUTURE, other, patient(this.key));
		holder.lease();
		Call waiter = call(patient(this.key));
		until(() -> counter("asynclock.polls") > 1);
		holder.release();
		waiter.release();
	}

	@Test
	void aLossThatIsFoundAtTheReleaseIsCountedAsLost() {
		QueueingLockService other = service((builder) -> builder);
		observed();
		Call holder = hold(this.key);
		assertThat(get(other.forceRelease(this.key).toFuture())).isTrue();
		holder.release();
		assertThat(holds("lost")).isOne();
		assertThat(holds("released")).isZero();
		idle();
	}

	@Test
	void renewalsOfEachKey() {
		observed();
		Call holder = hold(patient(this.key).leasedFor(Duration.ofMillis(300)));
		assertThat(counter("asynclock.renewals")).isZero();
		until(() -> counter("asynclock.renewals") > 0);
		holder.release();
	}

	@Test
	void commandTimes() {
		observed();
		assertThat(answered()).isZero();
		get(service().execute(this.key, () -> done("ran")));
		until(() -> answered() == 2); // ask, release
		assertThat(this.meters.get("asynclock.commands").tag("outcome", "failed").timer().count()).isZero();
	}

	private long answered() {
		return this.meters.get("asynclock.commands").tag("outcome", "answered").timer().count();
	}

}
