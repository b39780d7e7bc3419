package io.github.asynclock.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.LockUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * {@code min-replicas}: a grant counts once replicas have it.
 */
class ReplicasTests {

	private RedisProcess primary;

	private RedisProcess replica;

	private OwnStore store;

	@BeforeEach
	void start() {
		this.primary = RedisProcess.start();
		this.replica = RedisProcess.start("replicaof 127.0.0.1 " + this.primary.port());
		RedisProcess.await("replicates", 20, () -> this.replica.info("master_link_status").equals("up"));
		this.store = new OwnStore(this.primary.url(),
				(settings) -> settings.withMinReplicas(1, Duration.ofMillis(500)));
	}

	@AfterEach
	void stop() {
		this.store.close();
		this.replica.close();
		this.primary.close();
	}

	private CompletableFuture<Long> lock(LockRequest request) {
		return this.store.service()
			.execute(request, (lease) -> CompletableFuture.completedFuture(lease.fencingToken()));
	}

	@Test
	void aGrantThatAReplicaHasCounts_oneOrSeveralKeys() throws Exception {
		assertThat(lock(LockRequest.of("k")).get(20, TimeUnit.SECONDS)).isPositive();
		assertThat(lock(LockRequest.of("a", "b")).get(20, TimeUnit.SECONDS)).isPositive();
		assertThat(owners()).isZero();
	}

	@Test
	void aGrantThatNoReplicaHasIsGivenBack_andTheCallIsUnavailable() throws Exception {
		CompletableFuture<Lease> held = new CompletableFuture<>();
		CompletableFuture<String> action = new CompletableFuture<>();
		CompletableFuture<String> holder = this.store.service().execute(LockRequest.of("held"), (lease) -> {
			held.complete(lease);
			return action;
		});
		Lease lease = held.get(20, TimeUnit.SECONDS);
		this.replica.pause();
		for (LockRequest request : new LockRequest[] { LockRequest.of("k").waitingAtMost(Duration.ZERO),
				LockRequest.of("k").waitingAtMost(Duration.ofMillis(1500)),
				LockRequest.of("a", "b").waitingAtMost(Duration.ZERO) }) {
			assertThatThrownBy(() -> lock(request).get(20, TimeUnit.SECONDS)).as(request.toString())
				.hasCauseInstanceOf(LockUnavailableException.class)
				.hasMessageContaining("replicas");
		}
		assertThat(lease.isHeld()).as("renewals go another way").isTrue();
		action.complete("done");
		assertThat(holder.get(20, TimeUnit.SECONDS)).isEqualTo("done");
		RedisProcess.await("all is given back", 20, () -> owners() == 0);
		this.replica.resume();
		assertThat(lock(LockRequest.of("k")).get(20, TimeUnit.SECONDS)).isPositive();
	}

	private long owners() {
		return this.primary.keys("{" + this.store.prefix()).stream().filter((name) -> name.contains("}:o:")).count();
	}

}
