package io.github.asynclock.redis;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import io.github.asynclock.Lease;
import io.github.asynclock.LockRequest;
import io.github.asynclock.core.QueueingLockService;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A JVM of its own with a lock service on Redis: told what to do line by line on its
 * input, it reports on its output, each event before it goes on. {@link Witness} says
 * what the events are, {@link WorkerProcess} is the other end.
 */
public final class Worker {

	/** Instead of a time: the action writes to a resource until it is ended or told. */
	private static final long WRITES = -2;

	private static final OutputStream OUT = new FileOutputStream(FileDescriptor.out);

	private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, (task) -> {
		Thread thread = new Thread(task, "worker-timer");
		thread.setDaemon(true);
		return thread;
	});

	/** What runs, by call. */
	private final Map<String, Running> running = new ConcurrentHashMap<>();

	private final AtomicLong calls = new AtomicLong();

	/** Registers each call that has not ended. */
	private final Phaser open = new Phaser(1);

	private volatile boolean loaded;

	private volatile long drainMillis = -1;

	private ClientResources resources;

	private LettuceConnectionFactory factory;

	private volatile QueueingLockService service;

	private Worker() {
	}

	public static void main(String[] args) throws IOException {
		// Whatever logs to the console must not get between the events.
		System.setOut(new PrintStream(System.err, true));
		if (Boolean.getBoolean("worker.jumping-clock")) {
			JumpingClock.install();
		}
		Worker worker = new Worker();
		Runtime.getRuntime().addShutdownHook(new Thread(worker::drain));
		worker.timer.scheduleAtFixedRate(worker::sample, 5, 5, TimeUnit.MILLISECONDS);
		say("!READY");
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			try {
				worker.obey(line.split(" "));
			}
			catch (RuntimeException ex) {
				say("!FAILED " + ex.toString().replace('\n', ' '));
				ex.printStackTrace();
			}
		}
		worker.drainMillis = -1;
		System.exit(0);
	}

	private static void say(String line) {
		byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
		synchronized (OUT) {
			try {
				OUT.write(bytes);
			}
			catch (IOException ex) {
				// nobody listens any more
				Runtime.getRuntime().halt(1);
			}
		}
	}

	private void obey(String[] words) {
		Options options = new Options(words);
		switch (words[0]) {
			case "open" -> open(options);
			case "load" -> load(options);
			case "stop" -> {
				this.loaded = false;
				CompletableFuture.runAsync(() -> {
					this.open.awaitAdvance(this.open.arrive());
					say("!STOPPED");
				}, (task) -> new Thread(task).start());
			}
			case "call" -> hold(words[1], options);
			case "end" -> this.running.get(words[1]).end();
			case "jump" -> {
				JumpingClock.jump(options.number("millis", 0));
				say("!JUMP " + JumpingClock.changed() + " " + new MovingTime().millis());
			}
			case "close" -> {
				// Also in the middle of a load, if a test failed.
				this.loaded = false;
				closeService();
				awaitIdle();
				say("!CLOSED");
			}
			default -> throw new IllegalArgumentException(String.join(" ", words));
		}
	}

	private void open(Options options) {
		this.drainMillis = options.number("drain", -1);
		Duration timeout = options.millis("timeout", 300);
		RedisSettings settings = RedisSettings.defaults()
			.withKeyPrefix(options.text("prefix", "test"))
			.withCommandTimeout(timeout)
			.withPollInterval(options.millis("poll", 500))
			.withLocalHandoffs((int) options.number("handoffs", 64), options.millis("handoffTime", 20))
			.withMinReplicas((int) options.number("minReplicas", 0), options.millis("replicaTimeout", 100));
		this.resources = LockConnectionFactories.resources();
		this.factory = options.has("cluster")
				? LockConnectionFactories.create(
						new RedisClusterConfiguration(List.of(options.text("cluster", "").split(","))), null, timeout,
						this.resources)
				: LockConnectionFactories.create(RedisURI.create(options.text("url", "")), timeout, this.resources);
		RedisLockStore store = new RedisLockStore(this.factory, settings);
		store.awaitStart();
		this.service = QueueingLockService.builder(store)
			.leaseTime(options.millis("lease", 2000))
			.waitTime(options.millis("wait", 30_000))
			.build();
		say("!OPENED");
	}

	private void awaitIdle() {
		try {
			this.open.awaitAdvanceInterruptibly(this.open.arrive(), 20, TimeUnit.SECONDS);
		}
		catch (InterruptedException | TimeoutException ex) {
			throw new IllegalStateException("Calls have not ended", ex);
		}
	}

	/** What a JVM does at SIGTERM: refuses new calls, lets old ones end, lets go. */
	private void drain() {
		QueueingLockService closing = this.service;
		if (this.drainMillis < 0 || closing == null) {
			return;
		}
		say("!DRAINING " + System.nanoTime());
		try {
			closing.shutdown().get(this.drainMillis, TimeUnit.MILLISECONDS);
		}
		catch (Exception ex) {
			// some are left: they are told that they lost
		}
		closeService();
		say("!DRAINED " + System.nanoTime());
	}

	private void closeService() {
		if (this.factory != null) {
			// It stays for loops that have not ended: they are refused.
			this.service.close();
			this.factory.destroy();
			this.factory = null;
			this.resources.shutdown(0, 1, TimeUnit.SECONDS);
		}
	}

	/** Loops that lock, hold and release until told to stop. */
	private void load(Options options) {
		this.loaded = true;
		List<String> keys = List.of(options.text("keys", "").split(","));
		long loops = options.number("loops", 4);
		for (long i = 0; i < loops; i++) {
			this.open.register();
			once(options, keys, new Random(options.number("seed", 1) * 1000 + i));
		}
		say("!LOADED");
	}

	private void once(Options options, List<String> keys, Random random) {
		if (!this.loaded) {
			this.open.arriveAndDeregister();
			return;
		}
		Set<String> wanted = new TreeSet<>();
		int several = (random.nextInt(100) < options.number("several", 0)) ? 1 + random.nextInt(3) : 1;
		while (wanted.size() < Math.min(several, keys.size())) {
			wanted.add(keys.get(random.nextInt(keys.size())));
		}
		LockRequest request = LockRequest.of(wanted);
		long wait = options.number("wait", -1);
		if (wait >= 0) {
			request = request.waitingAtMost(Duration.ofMillis(wait));
		}
		long hold = options.number("hold", 2);
		long micros = (hold > 0) ? random.nextInt((int) hold * 1000) : 0;
		long pause = options.number("pause", 1);
		call("#" + this.calls.incrementAndGet(), request, micros).whenComplete((value, failure) -> this.timer
			.schedule(() -> once(options, keys, random), pause, TimeUnit.MILLISECONDS));
	}

	/** One call whose action goes on until it is told to end. */
	private void hold(String name, Options options) {
		LockRequest request = LockRequest.of(options.text("keys", "").split(","));
		if (options.has("wait")) {
			request = request.waitingAtMost(options.millis("wait", 0));
		}
		if (options.has("lease")) {
			request = request.leasedFor(options.millis("lease", 0));
		}
		if (options.has("least")) {
			request = request.heldAtLeast(options.millis("least", 0));
		}
		if (options.has("skip")) {
			request = request.orSkip();
		}
		this.open.register();
		call(name, request, options.has("write") ? WRITES : options.number("micros", -1))
			.whenComplete((value, failure) -> this.open.arriveAndDeregister());
	}

	private CompletableFuture<String> call(String name, LockRequest request, long micros) {
		say("C " + name + " " + System.nanoTime());
		CompletableFuture<String> result;
		try {
			result = this.service.execute(request, (lease) -> act(name, lease, micros));
		}
		catch (RuntimeException ex) {
			result = CompletableFuture.failedFuture(ex);
		}
		CompletableFuture<String> ended = new CompletableFuture<>();
		result.whenComplete((value, failure) -> {
			String outcome = (failure != null) ? unwrap(failure).getClass().getSimpleName()
					: (value != null) ? "ok" : "skipped";
			say("R " + name + " " + outcome + " " + System.nanoTime());
			if (failure != null) {
				System.err.println(name + ": " + unwrap(failure)); // for whoever looks
																	// for a cause
			}
			ended.complete(outcome);
		});
		return ended;
	}

	private static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	private CompletableFuture<String> act(String name, Lease lease, long micros) {
		StringBuilder line = new StringBuilder();
		long start = System.nanoTime();
		for (String key : lease.keys()) {
			line.append((line.isEmpty()) ? "" : "\n")
				.append("S " + name + " " + key + " " + lease.fencingToken(key) + " " + start);
		}
		say(line.toString());
		Running action = new Running(name, lease);
		this.running.put(name, action);
		lease.lost().subscribe((none) -> {
		}, (failure) -> {
		}, () -> say("L " + name + " " + System.nanoTime()));
		action.stage.whenComplete((value, failure) -> {
			this.running.remove(name);
			action.ended();
		});
		if (micros == WRITES) {
			Thread writer = new Thread(() -> action.write(lease.keys().get(0)), "worker-writer");
			writer.setDaemon(true);
			writer.start();
		}
		if (micros >= 0) {
			this.timer.schedule(action::end, micros, TimeUnit.MICROSECONDS);
		}
		return action.stage;
	}

	/** Asks the leases of what runs long whether they are held. */
	private void sample() {
		this.running.values().forEach(Running::sample);
	}

	/** An action: a stage that ends when told, or when it is cancelled. */
	private static final class Running {

		private final String name;

		private final Lease lease;

		private final CompletableFuture<String> stage = new CompletableFuture<>();

		private long held;

		private boolean over;

		Running(String name, Lease lease) {
			this.name = name;
			this.lease = lease;
		}

		synchronized void sample() {
			// The time first: it was held then if it is held now.
			long now = System.nanoTime();
			if (!this.over && this.lease.isHeld()) {
				this.held = now;
			}
		}

		/**
		 * As a job that asks now and then whether to go on does: one that stood still
		 * writes once more before it asks.
		 */
		void write(String key) {
			while (!this.stage.isDone()) {
				try {
					Thread.sleep(2);
				}
				catch (InterruptedException ex) {
					return;
				}
				say("W " + this.name + " " + key + " " + this.lease.fencingToken(key) + " " + System.nanoTime());
			}
		}

		/** Reported first: who is granted next may start before this returns. */
		void end() {
			sample();
			ended();
			this.stage.complete("done");
		}

		synchronized void ended() {
			if (this.over) {
				return;
			}
			this.over = true;
			String line = "E " + this.name + " " + System.nanoTime();
			say((this.held != 0) ? "H " + this.name + " " + this.held + "\n" + line : line);
		}

	}

	/** Reads the clock as any class does that is loaded later than this one. */
	private static final class MovingTime {

		long millis() {
			return System.currentTimeMillis();
		}

	}

	/** {@code name=value} words. */
	private static final class Options {

		private final Map<String, String> values = new HashMap<>();

		Options(String[] words) {
			for (String word : words) {
				int equals = word.indexOf('=');
				if (equals > 0) {
					this.values.put(word.substring(0, equals), word.substring(equals + 1));
				}
			}
		}

		boolean has(String name) {
			return this.values.containsKey(name);
		}

		String text(String name, String other) {
			return this.values.getOrDefault(name, other);
		}

		long number(String name, long other) {
			return this.values.containsKey(name) ? Long.parseLong(this.values.get(name)) : other;
		}

		Duration millis(String name, long other) {
			return Duration.ofMillis(number(name, other));
		}

	}

}
