package io.github.asynclock.context;

import java.util.concurrent.CompletableFuture;

import io.github.asynclock.Lease;
import io.github.asynclock.LeaseContext;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class LeaseThreadLocalAccessorTests {

	private final Lease lease = mock(Lease.class);

	@AfterEach
	void clear() {
		LeaseContext.swap(null);
	}

	@Test
	void isFoundByTheServiceLoader() {
		assertThat(ContextRegistry.getInstance().getThreadLocalAccessors())
			.filteredOn((accessor) -> LeaseContext.KEY.equals(accessor.key()))
			.singleElement()
			.isInstanceOf(LeaseThreadLocalAccessor.class);
	}

	@Test
	void aSnapshotCarriesTheLeaseToAnotherThread() {
		LeaseContext.swap(this.lease);
		Runnable check = ContextSnapshotFactory.builder().build().captureAll().wrap(() -> {
			assertThat(Lease.current()).containsSame(this.lease);
		});
		LeaseContext.swap(null);
		CompletableFuture.runAsync(check).join();
		assertThat(Lease.current()).isEmpty();
	}

	@Test
	void withAutomaticPropagationThePipelinesLeaseIsTheThreadsLease() {
		Hooks.enableAutomaticContextPropagation();
		try {
			Lease seen = Mono.fromFuture(() -> CompletableFuture.completedFuture(Lease.current().orElseThrow()))
				.subscribeOn(Schedulers.boundedElastic())
				.contextWrite((context) -> context.put(LeaseContext.KEY, this.lease))
				.block();
			assertThat(seen).isSameAs(this.lease);
		}
		finally {
			Hooks.disableAutomaticContextPropagation();
		}
	}

}
