package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;

import io.github.asynclock.sample.RefusedException;
import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * @param movements how many transfers the balance is the result of
 */
@Table("WALLETS")
record Wallet(@Id @Nullable Long id, String owner, BigDecimal balance, int movements) {

	Wallet withdraw(BigDecimal amount) {
		if (this.balance.compareTo(amount) < 0) {
			throw new RefusedException(
					"Wallet " + this.id + " has " + this.balance + ", " + amount + " were asked for");
		}
		return new Wallet(this.id, this.owner, this.balance.subtract(amount), this.movements + 1);
	}

	Wallet deposit(BigDecimal amount) {
		return new Wallet(this.id, this.owner, this.balance.add(amount), this.movements + 1);
	}

}
