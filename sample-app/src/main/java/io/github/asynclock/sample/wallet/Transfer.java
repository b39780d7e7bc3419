package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;

import io.github.asynclock.sample.InvalidInputException;

/** What a caller asks for. Checked when it is made, so that no other code needs to. */
record Transfer(Long from, Long to, BigDecimal amount) {

	private static final BigDecimal MOST = new BigDecimal("1000000");

	Transfer {
		require(from != null, "from is missing; give the id of a wallet");
		require(to != null, "to is missing; give the id of a wallet");
		require(!from.equals(to), "from and to are both wallet " + from + "; give two wallets");
		require(amount != null, "amount is missing; give it like 10.00");
		require(isMoney(amount), "amount is " + amount + "; give it in whole cents, from 0.01 to " + MOST);
	}

	// The size first: a number such as 1e999999999 must not be written out.
	private static boolean isMoney(BigDecimal amount) {
		return amount.signum() > 0 && amount.compareTo(MOST) <= 0 && amount.stripTrailingZeros().scale() <= 2;
	}

	private static void require(boolean condition, String otherwise) {
		if (!condition) {
			throw new InvalidInputException(otherwise);
		}
	}

}
