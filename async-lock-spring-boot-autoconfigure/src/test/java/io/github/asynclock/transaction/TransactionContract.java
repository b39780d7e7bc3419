package io.github.asynclock.transaction;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.asynclock.LockRequest;
import io.github.asynclock.LockService;
import io.github.asynclock.autoconfigure.AsyncLockAutoConfiguration;
import io.github.asynclock.transaction.Database.Accounts;
import io.github.asynclock.transaction.Database.Orders;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Locks that are taken inside a running transaction, in an application with two
 * connections to one database. A store's tests say only which store.
 *
 * <p>
 * Events are ordered by futures; {@link #SAFETY_SECONDS} only ends a test that hangs.
 */
@Timeout(120)
abstract class TransactionContract {

	private static final long SAFETY_SECONDS = 20;

	static final String KEY = "account-1";

	Accounts accounts;

	Orders orders;

	LockService locks;

	/** What chooses the store. */
	abstract String[] properties();

	final void run(Consumer<ApplicationContext> test, String... properties) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AsyncLockAutoConfiguration.class, AopAutoConfiguration.class))
			.withUserConfiguration(Database.class)
			.withPropertyValues(properties())
			.withPropertyValues(properties)
			.run((context) -> {
				this.accounts = context.getBean(Accounts.class);
				this.orders = context.getBean(Orders.class);
				this.locks = context.getBean(LockService.class);
				test.accept(context);
			});
	}

	/** Whether a caller in no transaction that does not wait gets the key. */
	final boolean isFree() {
		return isFree(KEY);
	}

	final boolean isFree(String key) {
		LockRequest once = LockRequest.of(key).waitingAtMost(Duration.ZERO).orSkip();
		return get(elsewhere(
				() -> get(this.locks.execute(once, (lease) -> CompletableFuture.completedFuture("free"))))) != null;
	}

	/**
	 * Another caller reads the amount under the lock.
	 * @return has called when this returns; ends when the key was granted
	 */
	final CompletableFuture<Integer> anotherReads() {
		return get(elsewhere(() -> List.of(this.accounts.read(1)))).get(0);
	}

	/** Ends when a caller that waits has had the key. */
	final void passThrough() {
		get(anotherReads());
	}

	/** Runs on a thread that is in no transaction. */
	static <T> CompletableFuture<T> elsewhere(Supplier<T> action) {
		CompletableFuture<T> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(action.get());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		}, "elsewhere");
		thread.setDaemon(true);
		thread.start();
		return result;
	}

	static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(SAFETY_SECONDS, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError("No result: " + ex, ex);
		}
	}

}
