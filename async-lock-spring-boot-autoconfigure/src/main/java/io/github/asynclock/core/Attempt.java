package io.github.asynclock.core;

import java.util.List;

/**
 * An open attempt of this JVM to have some keys, asked with again until it is granted or
 * withdrawn. It belongs to the local queue, not to one caller. Made by the store, which
 * recognises it by identity.
 */
public interface Attempt {

	/**
	 * Sorted by code unit.
	 */
	List<String> keys();

	/**
	 * Whether to take a place among the instances that wait, if the key is busy. False
	 * for one that is asked with once: that one leaves nothing behind.
	 */
	boolean enqueues();

}
