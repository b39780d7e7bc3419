package io.github.asynclock.autoconfigure;

/**
 * Redis is asked for and cannot be connected to as configured. Never holds a password,
 * nor a cause that might.
 */
final class RedisConfigurationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String action;

	/**
	 * @param property the property that is wrong
	 * @param problem what is wrong with it, without a full stop
	 * @param action what to do, with a right value, without a full stop
	 */
	RedisConfigurationException(String property, String problem, String action) {
		super("Property '" + property + "': " + problem);
		this.action = action;
	}

	String action() {
		return this.action;
	}

}
