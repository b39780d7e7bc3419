package io.github.asynclock.core;

class AskedResultTests extends ResultContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
