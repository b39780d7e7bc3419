package io.github.asynclock.redis;

import java.util.function.Consumer;

/**
 * Opens connections to one kind of deployment.
 */
interface LineOpener {

	/**
	 * Connects, blocking.
	 * @param lost to be called once the line is of no use any more; perhaps before this
	 * returns, and several times
	 */
	Line open(Consumer<Line> lost) throws Exception;

}
