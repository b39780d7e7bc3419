package io.github.asynclock.transaction;

class LocalJdbcTransactionTests extends JdbcTransactionContract {

	@Override
	String[] properties() {
		return new String[] { "async-lock.provider=local" };
	}

}
