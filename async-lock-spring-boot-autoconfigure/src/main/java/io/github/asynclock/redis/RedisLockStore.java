package io.github.asynclock.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.github.asynclock.core.Attempt;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.StoreGrant;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The store that several JVMs share.
 */
public final class RedisLockStore implements LockStore {

	/**
	 * A store on a factory made by {@link LockConnectionFactories}, which the store does
	 * not close. Returns at once: connects in the background, and again after a loss.
	 */
	public RedisLockStore(LettuceConnectionFactory factory, RedisSettings settings) {
	}

	/**
	 * Waits until it is connected and the server was checked, for at most the command
	 * timeout. Does nothing more where the server cannot be reached.
	 * @throws RedisPermissionException if the user lacks a permission without which
	 * locking cannot work
	 */
	public void awaitStart() {
	}

	@Override
	public boolean grantsAtOnce() {
		return false;
	}

	@Override
	public long grantNow(String key) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Attempt attempt(java.util.List<String> keys, Duration lease, boolean enqueues) {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean grantsTogether(java.util.List<String> keys) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<Answer> acquire(Attempt attempt) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<Void> withdraw(Attempt attempt) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<? extends Collection<StoreGrant>> renew(Collection<StoreGrant> grants) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<Void> release(StoreGrant grant, Duration rest) {
		throw new UnsupportedOperationException();
	}

	@Override
	public CompletionStage<Boolean> isLocked(String key) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void onWakeUp(Consumer<String> hint) {
	}

	@Override
	public Duration pollInterval() {
		return Duration.ofSeconds(1);
	}

	@Override
	public void close() {
	}

}
