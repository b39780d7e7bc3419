package io.github.asynclock.sample;

/**
 * A caller gave something that makes no sense; the message says what and what would.
 */
public class InvalidInputException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public InvalidInputException(String message) {
		super(message);
	}

}
