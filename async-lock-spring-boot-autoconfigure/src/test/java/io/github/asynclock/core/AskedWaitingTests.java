package io.github.asynclock.core;

class AskedWaitingTests extends WaitingContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
