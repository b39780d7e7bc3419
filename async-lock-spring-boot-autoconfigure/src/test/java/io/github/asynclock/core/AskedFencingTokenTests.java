package io.github.asynclock.core;

class AskedFencingTokenTests extends FencingTokenContract {

	@Override
	LockStore store() {
		return new SharedStore().instance();
	}

}
