package io.github.asynclock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.github.asynclock.core.Attempt;
import io.github.asynclock.core.LockStore;
import io.github.asynclock.core.StoreGrant;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Schedulers;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * The store that several JVMs share. How it works, and why: {@code docs/protocol.md}.
 */
public final class RedisLockStore implements LockStore {

	private static final Log logger = LogFactory.getLog(RedisLockStore.class);

	private static final long SLOW_JVM_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final RedisSettings settings;

	private final boolean cluster;

	private final KeyNames names;

	private final ScheduledThreadPoolExecutor timer;

	private final LockConnection connection;

	/** The same, unless replicas have to acknowledge: waiting for them stalls a line. */
	private final LockConnection asking;

	private final RedisProtocol protocol;

	private final Closings closings;

	private final Attempts attempts;

	private final Inspection inspection;

	private final String address;

	private final CompletableFuture<List<String>> missingPermissions = new CompletableFuture<>();

	/**
	 * A store on a factory made by {@link LockConnectionFactories}, which the store does
	 * not close. Returns at once; connects in the background when it is first used or
	 * waited for, and again after a loss.
	 */
	public RedisLockStore(LettuceConnectionFactory factory, RedisSettings settings) {
		this.settings = settings;
		this.cluster = factory.isClusterAware();
		this.names = new KeyNames(settings.keyPrefix());
		// What comes after the close is not done any more; whoever asks for it goes on.
		this.timer = new ScheduledThreadPoolExecutor(1, RedisLockStore::timerThread,
				new ThreadPoolExecutor.DiscardPolicy());
		InstanceId instance = new InstanceId();
		Subscription wakeUps = new Subscription(() -> this.names.channel() + instance.get(), this::told);
		long timeout = settings.commandTimeout().toNanos();
		this.connection = new LockConnection(opener(factory, wakeUps), this.timer, timeout, this::connected);
		this.asking = (settings.minReplicas() > 0)
				? new LockConnection(opener(factory, null), this.timer, timeout, this::wakeAll) : this.connection;
		this.protocol = new RedisProtocol(this.connection, this.asking, this.names, instance, settings, this.cluster);
		this.closings = new Closings(this.protocol, this.timer, timeout);
		this.inspection = new Inspection(this.connection, this.protocol, this.names, instance);
		this.address = RedisAddress.of(factory);
		this.attempts = new Attempts(this.protocol, this.closings, this.names, instance, settings);
	}

	private static Thread timerThread(Runnable task) {
		Thread thread = new Thread(null, task, "async-lock-redis", 0, false);
		thread.setDaemon(true);
		return thread;
	}

	private LineOpener opener(LettuceConnectionFactory factory, @Nullable Subscription wakeUps) {
		Duration timeout = this.settings.commandTimeout();
		if (factory.getRequiredNativeClient() instanceof RedisClusterClient client) {
			if (wakeUps == null) {
				throw new IllegalArgumentException("min-replicas is " + this.settings.minReplicas()
						+ ", which a Redis Cluster cannot do here. Set it to 0, or use a single primary with replicas");
			}
			return new ClusterLineOpener(client, timeout, wakeUps, this::reconnected);
		}
		return new ServerLineOpener((RedisClient) factory.getRequiredNativeClient(), timeout, wakeUps);
	}

	/**
	 * Begins to connect, and returns at once.
	 */
	public void start() {
		this.connection.start();
	}

	/**
	 * Waits until it is connected and the server was checked, or could not be reached:
	 * for about the command timeout, and longer only where this JVM is slow to load the
	 * client. Does nothing more then: it is tried on in the background.
	 * @throws RedisPermissionException if the user lacks a permission without which
	 * locking cannot work
	 */
	public void awaitStart() {
		long timeout = this.settings.commandTimeout().toNanos();
		List<String> missing;
		try {
			this.connection.start().get(timeout + SLOW_JVM_NANOS, TimeUnit.NANOSECONDS);
			missing = this.missingPermissions.get(timeout, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		catch (Exception ex) {
			logger.warn("Redis was not reached by now; the application starts without it, and locks are to be had "
					+ "when it is there");
			return;
		}
		if (!missing.isEmpty()) {
			throw new RedisPermissionException(missing);
		}
	}

	private void connected() {
		if (!this.missingPermissions.isDone()) {
			new ServerCheck(this.connection, this.names).run().thenAccept(this::checked);
		}
		reconnected();
	}

	private void reconnected() {
		this.closings.sendAgain();
		wakeAll();
	}

	private void checked(List<String> missing) {
		if (this.missingPermissions.complete(missing) && !missing.isEmpty()) {
			logger.error("The Redis user lacks permissions without which nothing can be locked: " + missing);
		}
	}

	private void wakeAll() {
		this.attempts.wakeAll();
	}

	private void told(String message) {
		this.attempts.told(message);
	}

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public boolean grantsAtOnce() {
		return false;
	}

	@Override
	public long grantNow(String key) {
		throw new IllegalStateException("Redis has to be asked");
	}

	@Override
	public Attempt attempt(List<String> keys, Duration lease, boolean enqueues) {
		return this.attempts.open(keys, RedisProtocol.millis(lease), enqueues);
	}

	@Override
	public boolean grantsTogether(List<String> keys) {
		if (!this.cluster) {
			return true;
		}
		int stripe = KeyNames.stripe(keys.get(0));
		return keys.stream().allMatch((key) -> KeyNames.stripe(key) == stripe);
	}

	@Override
	public CompletionStage<Answer> acquire(Attempt attempt) {
		return this.attempts.ask((RedisAttempt) attempt);
	}

	@Override
	public CompletionStage<Void> withdraw(Attempt attempt) {
		return this.attempts.withdraw((RedisAttempt) attempt);
	}

	@Override
	public CompletionStage<? extends Collection<StoreGrant>> renew(Collection<StoreGrant> grants) {
		return this.cluster ? renewByStripe(grants) : renewTogether(grants);
	}

	private CompletionStage<List<StoreGrant>> renewByStripe(Collection<StoreGrant> grants) {
		Map<String, List<StoreGrant>> byStripe = new HashMap<>();
		grants.forEach((grant) -> byStripe
			.computeIfAbsent(((RedisGrant) grant).hold.name.stripe(), (stripe) -> new ArrayList<>())
			.add(grant));
		return renewAll(byStripe.values());
	}

	/** Those of a node that does not answer keep their deadlines. */
	private CompletionStage<List<StoreGrant>> renewAll(Collection<List<StoreGrant>> parts) {
		CompletableFuture<List<StoreGrant>> all = CompletableFuture.completedFuture(new ArrayList<>());
		for (List<StoreGrant> some : parts) {
			all = all.thenCombine(renewTogether(some).exceptionally((failure) -> List.of()), (lost, more) -> {
				lost.addAll(more);
				return lost;
			});
		}
		return all;
	}

	private CompletionStage<List<StoreGrant>> renewTogether(Collection<StoreGrant> grants) {
		List<RedisHold> holds = grants.stream().map((grant) -> ((RedisGrant) grant).hold).toList();
		Reply<List<Object>> reply = this.protocol.renew(holds);
		// It was executed all the same. What it says is lost the next one says again.
		reply.whenLate((answers) -> lost(grants, answers, reply.sentAt));
		CompletableFuture<List<StoreGrant>> lost = reply.thenApply((answers) -> lost(grants, answers, reply.sentAt));
		return lost.exceptionallyCompose((failure) -> {
			if (Failures.isUnknown(Failures.unwrap(failure))) {
				holds.forEach(RedisHold::dirty);
			}
			// While a slot moves, its keys are here and there; each alone can be found.
			return (grants.size() > 1 && Failures.isMoving(Failures.unwrap(failure)))
					? renewAll(grants.stream().map(List::of).toList()) : CompletableFuture.failedFuture(failure);
		});
	}

	private static List<StoreGrant> lost(Collection<StoreGrant> grants, List<Object> answers, long sentAt) {
		List<StoreGrant> lost = new ArrayList<>(0);
		int i = 0;
		for (StoreGrant grant : grants) {
			RedisHold hold = ((RedisGrant) grant).hold;
			if (((Long) answers.get(i++)) == 1) {
				hold.renewed(sentAt);
			}
			else {
				hold.lost();
				lost.add(grant);
			}
		}
		return lost;
	}

	@Override
	public CompletionStage<Boolean> release(StoreGrant grant, Duration rest) {
		return this.closings.close(((RedisGrant) grant).hold, rest.toNanos());
	}

	@Override
	public CompletionStage<Boolean> isLocked(String key) {
		return this.protocol.exists(this.names.of(key)).thenApply((count) -> count > 0);
	}

	@Override
	public String description() {
		return "in Redis at " + this.address + ", with the key prefix " + this.settings.keyPrefix();
	}

	@Override
	public CompletionStage<Elsewhere> inspect(String key) {
		return this.inspection.look(key);
	}

	@Override
	public CompletionStage<Boolean> forceRelease(String key) {
		return this.inspection.free(key);
	}

	@Override
	public CompletionStage<Map<String, String>> server() {
		return this.inspection.server();
	}

	@Override
	public Passed pass(StoreGrant grant, Attempt next) {
		RedisHold hold = ((RedisGrant) grant).hold;
		return (this.protocol.passes() && !hold.isDirty()) ? this.attempts.pass(hold, (RedisAttempt) next)
				: LockStore.super.pass(grant, next);
	}

	@Override
	public void listen(Listener listener) {
		this.attempts.listen(listener);
		if (listener.timesCommands()) {
			this.connection.timing(listener);
			this.asking.timing(listener);
		}
	}

	@Override
	public Duration pollInterval() {
		return this.settings.pollInterval();
	}

	/**
	 * Waits for releases that are on their way, for at most the command timeout, where
	 * the thread may block.
	 */
	@Override
	public void close() {
		CompletableFuture<Void> idle = this.closings.idle()
			.completeOnTimeout(null, this.settings.commandTimeout().toNanos(), TimeUnit.NANOSECONDS);
		CompletableFuture<Void> closed = idle.thenCompose((done) -> closeNow())
			.orTimeout(2 * this.settings.commandTimeout().toNanos(), TimeUnit.NANOSECONDS)
			.exceptionally((late) -> null);
		if (!Schedulers.isInNonBlockingThread()) {
			closed.join();
		}
	}

	/** A client that is shut down before its connections are closed complains. */
	private CompletableFuture<Void> closeNow() {
		this.timer.shutdownNow();
		this.closings.giveUp();
		return CompletableFuture.allOf(this.connection.close(), this.asking.close());
	}

}
