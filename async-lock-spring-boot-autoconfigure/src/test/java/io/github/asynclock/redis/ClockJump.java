package io.github.asynclock.redis;

import java.util.List;

/**
 * What a jump of the clock of Redis' host does to our keys, without a clock that jumps:
 * whatever is kept as an absolute time comes nearer or moves away. A jump of 20 s takes
 * 20 s off every time to live; after one of an hour back they have an hour more, and the
 * times that waiting instances are alive until are an hour ahead.
 */
final class ClockJump {

	private ClockJump() {
	}

	static void simulate(RedisProcess redis, String prefix, long millis) {
		try (RedisCommands commands = redis.connect()) {
			for (String key : redis.keys("{" + prefix)) {
				if (key.contains("}:a:")) {
					shiftTimes(commands, key, millis);
				}
				long ttl = (Long) commands.call("PTTL", key);
				if (ttl > 0) {
					commands.call("PEXPIRE", key, ttl - millis);
				}
			}
		}
	}

	/** Of {@code counter:alive until:stale}. */
	private static void shiftTimes(RedisCommands commands, String key, long millis) {
		List<?> fields = (List<?>) commands.call("HGETALL", key);
		for (int i = 0; i < fields.size(); i += 2) {
			String[] value = String.valueOf(fields.get(i + 1)).split(":");
			value[1] = String.valueOf(Long.parseLong(value[1]) - millis);
			commands.call("HSET", key, fields.get(i), String.join(":", value));
		}
	}

}
