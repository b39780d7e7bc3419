package io.github.asynclock.sample.experiment;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.reactive.ChannelMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Talks by publish and subscribe on the Redis that keeps the locks: on connections of its
 * own, opened when they are needed. Redis may be away; nobody is heard of then.
 */
final class RedisBus implements Bus, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RedisBus.class);

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private static final Retry AGAIN = Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(500))
		.maxBackoff(Duration.ofSeconds(5));

	private static final int READINGS = 5;

	private final RedisURI uri;

	private final String channel;

	private final JsonMapper json;

	private final RedisClient client = RedisClient.create();

	private final Mono<StatefulRedisPubSubConnection<String, String>> in;

	private final Mono<StatefulRedisConnection<String, String>> out;

	RedisBus(RedisPlace place, String channel, JsonMapper json) {
		this.uri = place.uri();
		this.channel = channel;
		this.json = json;
		ClientOptions.Builder options = ClientOptions.builder()
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.timeoutOptions(TimeoutOptions.enabled(PATIENCE));
		if (place.ssl() != null) {
			options.sslOptions(place.ssl());
		}
		this.client.setOptions(options.build());
		this.in = connection(() -> this.client.connectPubSubAsync(StringCodec.UTF8, this.uri));
		this.out = connection(() -> this.client.connectAsync(StringCodec.UTF8, this.uri));
	}

	/** Opened once; where that fails, the next one who needs it tries again. */
	private static <T> Mono<T> connection(Supplier<CompletionStage<T>> opened) {
		return Mono.fromCompletionStage(opened).cacheInvalidateIf(connection -> false);
	}

	@Override
	public Flux<Message> messages() {
		return this.in.retryWhen(AGAIN)
			.map(StatefulRedisPubSubConnection::reactive)
			.flatMapMany(commands -> commands.observeChannels()
				.map(ChannelMessage::getMessage)
				.<Message>handle((text, sink) -> read(text, sink::next))
				.mergeWith(commands.subscribe(this.channel).retryWhen(AGAIN).then(Mono.empty())));
	}

	/** Another version of the sample may say what this one does not understand. */
	private void read(String text, Consumer<Message> reader) {
		try {
			Message message = this.json.readValue(text, Message.class);
			if (message != null) {
				reader.accept(message);
			}
		}
		catch (JacksonException ex) {
			logger.warn("Another instance said something that cannot be read", ex);
		}
	}

	@Override
	public Mono<Long> tell(Message message) {
		String text = this.json.writerFor(Message.class).writeValueAsString(message);
		return this.out.flatMap(connection -> connection.reactive().publish(this.channel, text));
	}

	/** The best of some readings: the one whose answer came soonest. */
	@Override
	public Mono<SharedClock> clock() {
		return this.out.flatMap(connection -> Flux.range(0, READINGS)
			.concatMap(unused -> reading(connection))
			.collectList()
			.map(readings -> readings.stream().min(Comparator.comparingLong(SharedClock::error)).orElseThrow()));
	}

	private static Mono<SharedClock> reading(StatefulRedisConnection<String, String> connection) {
		return Mono.defer(() -> {
			long asked = System.nanoTime();
			return connection.reactive().time().collectList().map(time -> reading(asked, System.nanoTime(), time));
		});
	}

	private static SharedClock reading(long asked, long answered, List<String> time) {
		long nanos = Long.parseLong(time.get(0)) * 1_000_000_000 + Long.parseLong(time.get(1)) * 1_000;
		// Redis says microseconds.
		long error = (answered - asked) / 2 + 1_000;
		return new SharedClock(nanos - (asked + answered) / 2, error);
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO, PATIENCE);
	}

}
