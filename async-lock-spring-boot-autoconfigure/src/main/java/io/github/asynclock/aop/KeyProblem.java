package io.github.asynclock.aop;

/**
 * What is wrong with a value within a key, said without the method and the expression:
 * {@link KeyExpression} adds these.
 */
final class KeyProblem extends RuntimeException {

	private static final long serialVersionUID = 1L;

	KeyProblem(String message) {
		super(message, null, false, false);
	}

}
