package io.github.asynclock.autoconfigure;

class LocalFirstWinsTests extends FirstWinsContract {

	@Override
	String[] properties() {
		return new String[] { "async-lock.provider=local" };
	}

}
