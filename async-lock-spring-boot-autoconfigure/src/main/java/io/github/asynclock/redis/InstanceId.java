package io.github.asynclock.redis;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What Redis knows this instance by: random, and made when it is first needed, which is
 * when the first connection is opened. Two JVMs that go on from one snapshot of a JVM
 * then have two: a snapshot has no open connections.
 */
final class InstanceId {

	private volatile @Nullable String id;

	String get() {
		String id = this.id;
		return (id != null) ? id : make();
	}

	private synchronized String make() {
		String id = this.id;
		if (id == null) {
			id = UUID.randomUUID().toString().replace("-", "");
			this.id = id;
		}
		return id;
	}

}
