package io.github.asynclock.benchmarks.redis.peer;

import java.time.Duration;
import java.util.List;

import com.baomidou.lock.LockInfo;
import com.baomidou.lock.LockTemplate;
import com.baomidou.lock.executor.RedisTemplateLockExecutor;
import com.baomidou.lock.spring.boot.autoconfigure.Lock4jProperties;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * lock4j's template, which is what its annotation calls: whoever finds the key taken
 * tries again every 100 ms.
 */
final class Lock4j implements Peer {

	private final LettuceConnectionFactory factory;

	private final LockTemplate template = new LockTemplate();

	private final Duration lease;

	Lock4j(String url, Duration lease) {
		this.factory = SpringData.connect(url);
		this.lease = lease;
		Lock4jProperties properties = new Lock4jProperties();
		this.template.setProperties(properties);
		this.template
			.setExecutors(List.of(new RedisTemplateLockExecutor(new StringRedisTemplate(this.factory), properties)));
		try {
			this.template.afterPropertiesSet();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public boolean needsThreads() {
		return true;
	}

	@Override
	public void call(String key, Runnable action) {
		LockInfo lock = this.template.lock(key, this.lease.toMillis(), Patience.FULL.toMillis());
		if (lock == null) {
			throw new IllegalStateException("Waited too long for " + key);
		}
		try {
			action.run();
		}
		finally {
			this.template.releaseLock(lock);
		}
	}

	@Override
	public void close() {
		this.factory.destroy();
	}

}
