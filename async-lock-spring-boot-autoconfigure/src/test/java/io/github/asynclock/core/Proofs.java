package io.github.asynclock.core;

/**
 * How long the proofs take: short by default, long with the Maven profile
 * {@code long-proofs}.
 */
final class Proofs {

	private static final boolean LONG = Boolean.getBoolean("proofs.long");

	private Proofs() {
	}

	static int pick(int usual, int inProfile) {
		return (LONG) ? inProfile : usual;
	}

}
