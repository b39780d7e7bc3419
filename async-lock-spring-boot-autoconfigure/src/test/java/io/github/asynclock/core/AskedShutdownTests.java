package io.github.asynclock.core;

class AskedShutdownTests extends ShutdownContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
