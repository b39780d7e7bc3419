package io.github.asynclock.benchmarks.local;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

import com.ibm.asyncutil.locks.AsyncNamedLock;
import com.ibm.asyncutil.util.StageSupport;
import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One thread, one key that nobody else wants, an action whose future is complete.
 */
@State(Scope.Benchmark)
public class HotKeyBenchmark {

	private static final Boolean TAKEN = Boolean.TRUE;

	private final String key = "order-4711";

	private final CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);

	private final Supplier<CompletableFuture<Integer>> action = () -> this.done;

	private final Function<Lease, CompletableFuture<Integer>> leasedAction = (lease) -> this.done;

	private final LockRequest request = LockRequest.of(this.key);

	private final ConcurrentHashMap<String, Boolean> map = new ConcurrentHashMap<>();

	private final AsyncNamedLock<String> asyncUtil = AsyncNamedLock.createFair();

	private final QueueingLockService asyncLock = KeyedLock.asyncLockService(KeyedLock.oneThread());

	@TearDown
	public void close() {
		this.asyncLock.close();
	}

	/**
	 * What nobody can undercut: take the key in a map, run, give it back.
	 */
	@Benchmark
	public Integer floor() {
		if (this.map.putIfAbsent(this.key, TAKEN) != null) {
			throw new IllegalStateException("Taken");
		}
		try {
			return this.action.get().join();
		}
		finally {
			this.map.remove(this.key, TAKEN);
		}
	}

	/**
	 * The same with a future of its own for the caller.
	 */
	@Benchmark
	public CompletableFuture<Integer> floorWithFuture() {
		if (this.map.putIfAbsent(this.key, TAKEN) != null) {
			throw new IllegalStateException("Taken");
		}
		CompletableFuture<Integer> result = new CompletableFuture<>();
		Integer value;
		try {
			value = this.action.get().join();
		}
		finally {
			this.map.remove(this.key, TAKEN);
		}
		result.complete(value);
		return result;
	}

	@Benchmark
	public CompletionStage<Integer> asyncUtil() {
		return StageSupport.tryComposeWith(this.asyncUtil.acquireLock(this.key), (token) -> this.action.get());
	}

	/**
	 * The same by hand, where that should be cheaper than its helper.
	 */
	@Benchmark
	public CompletionStage<Integer> asyncUtilByHand() {
		return this.asyncUtil.acquireLock(this.key)
			.thenCompose((token) -> this.action.get().whenComplete((value, ex) -> token.releaseLock()));
	}

	@Benchmark
	public CompletableFuture<Integer> asyncLock() {
		return this.asyncLock.execute(this.key, this.action);
	}

	@Benchmark
	public CompletableFuture<Integer> asyncLockPreparedRequest() {
		return this.asyncLock.execute(this.request, this.leasedAction);
	}

}
