package io.github.asynclock.core;

import java.util.List;

import io.github.asynclock.LockLostException;
import io.github.asynclock.redis.TestRedis;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedisListenerTests extends ListenerContract {

	private final String prefix = TestRedis.randomPrefix();

	@Override
	LockStore store() {
		return TestRedis.store((settings) -> settings.withKeyPrefix(this.prefix));
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aLossThatIsFoundAtTheReleaseIsToldAndNoRelease(Form form) {
		QueueingLockService other = service((builder) -> builder);
		use((builder) -> builder.listeners(List.of(this.recorder)));
		Call holder = hold(form, patient(this.key));
		assertThat(get(other.forceRelease(this.key).toFuture())).isTrue();
		holder.end.complete("done");
		assertThat(failure(holder.result)).isInstanceOf(LockLostException.class);
		assertThat(this.recorder.names).containsExactly("granted", "lost");
	}

}
