package io.github.asynclock.sample;

/**
 * The shop's rules say no: sold out, too little money, done already. Nothing was changed.
 */
public class RefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public RefusedException(String message) {
		super(message);
	}

}
