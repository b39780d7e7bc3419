package io.github.asynclock.core;

import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.github.asynclock.LockRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Several keys by one command, against a shutdown. */
@Timeout(30)
class JointAcquireTests {

	@Test
	void severalKeysThatAreAskedForWhileAShutdownBeginsDoNotRun() throws Exception {
		AtomicReference<QueueingLockService> service = new AtomicReference<>();
		LockStore shared = new SharedStore().instance();
		LockStore store = (LockStore) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { LockStore.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("grantsTogether")) {
						service.get().shutdown().get(10, TimeUnit.SECONDS); // drained
					}
					return method.invoke(shared, arguments);
				});
		service.set(QueueingLockService.builder(store).build());
		AtomicBoolean ran = new AtomicBoolean();
		CompletableFuture<Integer> result = service.get().execute(LockRequest.of("a", "b"), (lease) -> {
			ran.set(true);
			return CompletableFuture.completedFuture(1);
		});
		result.handle((value, failure) -> 1).get(10, TimeUnit.SECONDS);
		assertThat(ran).isFalse();
		service.get().close();
	}

}
