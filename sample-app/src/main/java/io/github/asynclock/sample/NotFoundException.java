package io.github.asynclock.sample;

/**
 * There is no such row.
 */
public class NotFoundException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public NotFoundException(String what, Object id) {
		super("There is no " + what + " " + id);
	}

}
