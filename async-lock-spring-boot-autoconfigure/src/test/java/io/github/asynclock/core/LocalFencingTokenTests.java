package io.github.asynclock.core;

import io.github.asynclock.local.LocalLockStore;

class LocalFencingTokenTests extends FencingTokenContract {

	@Override
	LockStore store() {
		return new LocalLockStore();
	}

}
