package io.github.asynclock.sample.wallet;

import java.math.BigDecimal;

import io.github.asynclock.sample.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TransferTests {

	@ParameterizedTest
	@ValueSource(strings = { "0.01", "10", "10.5", "10.000", "1e6", "1000000.00" })
	void wholeCentsAreMoney(BigDecimal amount) {
		assertThat(new Transfer(1L, 2L, amount).amount()).isEqualTo(amount);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "0.001", "1000000.01", "1e999999999", "1e-999999999" })
	void otherAmountsAreNot(BigDecimal amount) {
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new Transfer(1L, 2L, amount))
			.withMessageStartingWith("amount is " + amount);
	}

	@Test
	void whatIsMissingIsNamed() {
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new Transfer(null, 2L, BigDecimal.ONE))
			.withMessageStartingWith("from is missing");
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new Transfer(1L, null, BigDecimal.ONE))
			.withMessageStartingWith("to is missing");
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new Transfer(1L, 2L, null))
			.withMessageStartingWith("amount is missing");
	}

	@Test
	void aWalletDoesNotPayItself() {
		assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> new Transfer(1L, 1L, BigDecimal.ONE))
			.withMessageContaining("both wallet 1");
	}

}
