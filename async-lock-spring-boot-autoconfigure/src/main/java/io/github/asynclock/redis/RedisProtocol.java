package io.github.asynclock.redis;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The commands of the protocol, with what they send: {@code docs/protocol.md}.
 */
final class RedisProtocol {

	/** Ten years; more than a TTL is good for. */
	private static final long LONGEST_MILLIS = Duration.ofDays(3650).toMillis();

	private static final long SHORTEST_MARK_MILLIS = 60_000;

	private final LockConnection connection;

	/** Where keys are asked for; another one only where replicas have to acknowledge. */
	private final LockConnection asking;

	private final KeyNames names;

	private final InstanceId instance;

	private final RedisSettings settings;

	private final String stale;

	private final boolean passes;

	private final long timeoutNanos;

	RedisProtocol(LockConnection connection, LockConnection asking, KeyNames names, InstanceId instance,
			RedisSettings settings, boolean cluster) {
		this.connection = connection;
		this.asking = asking;
		this.names = names;
		this.instance = instance;
		this.settings = settings;
		this.passes = !cluster && settings.minReplicas() == 0;
		this.timeoutNanos = settings.commandTimeout().toNanos();
		this.stale = Long.toString(3 * settings.pollInterval().toMillis() + settings.commandTimeout().toMillis());
	}

	static long millis(Duration duration) {
		return (duration.compareTo(Duration.ofMillis(LONGEST_MILLIS)) >= 0) ? LONGEST_MILLIS
				: Math.max(1, duration.toMillis());
	}

	/**
	 * @param wait whether to take a place among the instances that wait; for one key
	 */
	Reply<List<Object>> acquire(KeyName[] names, long counter, long leaseMillis, boolean wait) {
		String[] keys = new String[names.length * 4];
		String[] own = new String[4 + names.length];
		own[0] = Integer.toString(names.length);
		own[1] = Long.toString(counter);
		own[2] = Long.toString(leaseMillis);
		own[3] = wait ? (this.passes ? "2" : "1") : "0";
		String instance = this.instance.get();
		for (int i = 0; i < names.length; i++) {
			putNames(names[i], instance, keys, i * 4);
			own[4 + i] = names[i].hint();
		}
		return this.asking.run(new ScriptCall(Script.ACQUIRE, shared(instance), keys, own), this.timeoutNanos);
	}

	private static void putNames(KeyName name, String instance, String[] keys, int at) {
		keys[at] = name.owner();
		keys[at + 1] = name.queue();
		keys[at + 2] = name.mark(instance);
		keys[at + 3] = name.fence();
	}

	private String[] shared(String instance) {
		return new String[] { instance, this.stale, this.names.channel() };
	}

	/**
	 * How many replicas have what was sent on the line so far.
	 */
	Reply<Long> replicas(@Nullable Line line) {
		Duration timeout = this.settings.replicaTimeout();
		long most = timeout.plus(this.settings.commandTimeout()).toNanos();
		if (line == null) {
			throw new IllegalStateException("Nothing was sent");
		}
		return this.asking.sendOn(line,
				(commands) -> commands.waitForReplication(this.settings.minReplicas(), timeout.toMillis()), most);
	}

	/**
	 * @param restMillis zero for none
	 * @param mark whether late copies of the attempt's commands have to be refused
	 */
	Reply<List<Object>> close(KeyName name, long counter, long restMillis, boolean mark, long leaseMillis) {
		String markMillis = mark ? Long.toString(Math.max(leaseMillis, SHORTEST_MARK_MILLIS)) : "0";
		return close(name, this.instance.get(), Long.toString(counter), Long.toString(restMillis), markMillis,
				name.hint(), "", "");
	}

	/**
	 * Whether an instance may be granted a key by the one that releases it: not where its
	 * own answer is needed, nor where it is not known who listens, as in a Cluster.
	 */
	boolean passes() {
		return this.passes;
	}

	/**
	 * Closes and asks again at once, behind those that wait; only where it
	 * {@link #passes}.
	 * @param next the number of the attempt that asks
	 */
	Reply<List<Object>> closeAndAsk(KeyName name, long counter, long next, long nextLeaseMillis) {
		return close(name, this.instance.get(), Long.toString(counter), "0", "0", name.hint(), Long.toString(next),
				Long.toString(nextLeaseMillis));
	}

	/**
	 * Closes what another instance holds, by what it left in Redis.
	 */
	Reply<List<Object>> closeFor(KeyName name, String instance, String counter) {
		return close(name, instance, counter, "0", "0", name.hint(), "", "");
	}

	/**
	 * Ends a rest; of anything else the script says that it is none.
	 * @param owner what it has to be still
	 */
	Reply<List<Object>> free(KeyName name, String owner) {
		return this.connection.run(Script.FREE, new String[] { name.owner(), name.queue() },
				new String[] { owner, this.names.channel(), name.hint() }, this.timeoutNanos);
	}

	private Reply<List<Object>> close(KeyName name, String instance, String... own) {
		String[] keys = new String[4];
		putNames(name, instance, keys, 0);
		return this.connection.run(new ScriptCall(Script.CLOSE, shared(instance), keys, own), this.timeoutNanos);
	}

	Reply<List<Object>> renew(List<RedisHold> holds) {
		String[] keys = new String[holds.size()];
		String[] owners = new String[holds.size()];
		long timeout = this.timeoutNanos;
		for (int i = 0; i < keys.length; i++) {
			RedisHold hold = holds.get(i);
			keys[i] = hold.name.owner();
			owners[i] = hold.owner();
			timeout = Math.min(timeout, hold.lease().toNanos() / 3);
		}
		return this.connection.run(Script.RENEW, keys, owners, timeout);
	}

	Reply<Long> exists(KeyName name) {
		return this.connection.send((commands) -> commands.exists(name.owner()));
	}

}
