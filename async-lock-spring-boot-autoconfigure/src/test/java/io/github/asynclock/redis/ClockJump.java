package io.github.asynclock.redis;

/**
 * What a jump of the clock of Redis' host does to our keys, without a clock that jumps:
 * whatever is kept as an absolute time comes nearer or moves away. A jump of 20 s takes
 * 20 s off every time to live; after one of an hour back they have an hour more, and the
 * times that waiting instances are alive until are an hour ahead. It happens to all at
 * the same moment.
 */
final class ClockJump {

	/** Entries of queues are {@code instance:counter:lease:alive until:stale}. */
	private static final String SHIFT = """
			for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
			  if string.find(key, '}:q:', 1, true) then
			    for i, entry in ipairs(redis.call('LRANGE', key, 0, -1)) do
			      local before, till, after = string.match(entry, '^(%w+:%d+:%d+:)(%d+)(:%d+)$')
			      redis.call('LSET', key, i - 1, before .. string.format('%.0f', till - ARGV[2]) .. after)
			    end
			  end
			  local ttl = redis.call('PTTL', key)
			  if ttl > 0 then
			    redis.call('PEXPIRE', key, ttl - ARGV[2])
			  end
			end
			""";

	private ClockJump() {
	}

	static void simulate(RedisProcess redis, String prefix, long millis) {
		try (RedisCommands commands = redis.connect()) {
			commands.call("EVAL", SHIFT, 0, "{" + prefix, millis);
		}
	}

}
