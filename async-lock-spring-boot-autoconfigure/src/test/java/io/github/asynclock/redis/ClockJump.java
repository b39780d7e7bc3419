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
				if (key.contains("}:q:")) {
					shiftTimes(commands, key, millis);
				}
				long ttl = (Long) commands.call("PTTL", key);
				if (ttl > 0) {
					commands.call("PEXPIRE", key, ttl - millis);
				}
			}
		}
	}

	/** Of {@code instance:counter:lease:alive until:stale}. */
	private static void shiftTimes(RedisCommands commands, String key, long millis) {
		List<?> entries = (List<?>) commands.call("LRANGE", key, 0, -1);
		for (int i = 0; i < entries.size(); i++) {
			String[] entry = String.valueOf(entries.get(i)).split(":");
			entry[3] = String.valueOf(Long.parseLong(entry[3]) - millis);
			commands.call("LSET", key, i, String.join(":", entry));
		}
	}

}
