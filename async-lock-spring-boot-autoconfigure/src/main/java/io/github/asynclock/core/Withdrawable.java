package io.github.asynclock.core;

/**
 * A wait that its caller may give up.
 */
interface Withdrawable {

	/**
	 * Gives up.
	 * @return true if it did: its call will be told nothing more. False if the wait was
	 * decided otherwise: its call was told, or is being so
	 */
	boolean withdraw();

}
