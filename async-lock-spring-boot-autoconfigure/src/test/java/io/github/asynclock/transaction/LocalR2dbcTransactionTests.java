package io.github.asynclock.transaction;

class LocalR2dbcTransactionTests extends R2dbcTransactionContract {

	@Override
	String[] properties() {
		return new String[] { "async-lock.provider=local" };
	}

}
