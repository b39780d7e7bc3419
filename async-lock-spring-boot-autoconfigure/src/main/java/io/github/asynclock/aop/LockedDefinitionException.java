package io.github.asynclock.aop;

import org.jspecify.annotations.Nullable;

/**
 * A {@link io.github.asynclock.Locked} method cannot work as it is declared. Thrown when
 * its bean is created, so that the application does not start with a lock that does not
 * lock.
 */
public class LockedDefinitionException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String problem;

	private final String action;

	/**
	 * @param problem what was declared where, and why it cannot work; a sentence without
	 * its full stop
	 * @param action what to write instead; a sentence without its full stop
	 */
	public LockedDefinitionException(String problem, String action) {
		this(problem, action, null);
	}

	/**
	 * @param problem what was declared where, and why it cannot work; a sentence without
	 * its full stop
	 * @param action what to write instead; a sentence without its full stop
	 * @param cause what led to it; null if nothing did
	 */
	public LockedDefinitionException(String problem, String action, @Nullable Throwable cause) {
		super(problem + ". " + action + ".", cause);
		this.problem = problem;
		this.action = action;
	}

	/**
	 * What was declared where, and why it cannot work.
	 */
	public String getProblem() {
		return this.problem;
	}

	/**
	 * What to write instead.
	 */
	public String getAction() {
		return this.action;
	}

}
