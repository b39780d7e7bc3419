package io.github.asynclock.autoconfigure;

class LocalReactiveTypesTests extends ReactiveTypesContract {

	@Override
	String[] properties() {
		return new String[] { "async-lock.provider=local" };
	}

}
