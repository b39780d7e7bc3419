package io.github.asynclock.core;

class AskedBlockingTests extends BlockingContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
