package io.github.asynclock.core;

/** PLACEHOLDER */
public interface LockStore extends AutoCloseable {

	long nextToken(String key);

	@Override
	void close();

}
