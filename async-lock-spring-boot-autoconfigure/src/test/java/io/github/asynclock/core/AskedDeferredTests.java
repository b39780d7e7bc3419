package io.github.asynclock.core;

class AskedDeferredTests extends DeferredContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
